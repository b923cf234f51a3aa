"""The tree that source makes."""

import pytest

from samovar.shell.syntax.parse import Incomplete, SyntaxFault, parse
from samovar.shell.syntax.tree import (
    AndOr,
    Arithmetic,
    ArithmeticCommand,
    Assignment,
    Bare,
    Branch,
    Case,
    Command,
    Conditional,
    CountingFor,
    Double,
    For,
    Function,
    Group,
    If,
    Item,
    Logic,
    Node,
    Parameter,
    Pipeline,
    ProcessFile,
    Quoted,
    Redirect,
    Script,
    Select,
    Simple,
    Subshell,
    While,
    Word,
)
from samovar.shell.syntax.tree import Test as Check


def only(source: str) -> Node:
    (item,) = parse(source).items
    return item.node


def words(source: str) -> tuple[Word | Assignment, ...]:
    node = only(source)
    assert isinstance(node, Simple)
    return node.words


def simple(*argv: Word | Assignment, line: int = 1) -> Simple:
    return Simple(argv, line=line)


def script(*argv: Word, source: str = "", line: int = 1) -> Script:
    return Script((Item(simple(*argv, line=line), False, source or " ".join(map(str, argv))),))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("uname -a", ("uname", "-a")),
        ("a 'b c' \"d e\" f\\ g $'h\\ti' ''", ("a", "b c", "d e", "f g", "h\ti", "")),
        ("[ -f x ] {} a{b }", ("[", "-f", "x", "]", "{}", (Bare("a{b"),), "}")),
        ("a\\\nb c\\\n d", ("ab", "c", "d")),
        ("echo a#b # c", ("echo", "a#b")),
        ("a '*' * \\* \"~\" ~", ("a", "*", (Bare("*"),), "*", "~", (Bare("~"),))),
        ('a*"b"', ((Bare("a*"), Quoted("b")),)),
        ('"$x y$2z"', ((Double((Parameter("x"), Quoted(" y"), Parameter("2"), Quoted("z"))),),)),
        ("$a$b", ((Parameter("a"), Parameter("b")),)),
        ("x$", ("x$",)),
        ("`a \\`b\\``", ((Command(script("a", (Command(script("b")),), source="a `b`")),),)),
        ("$(a)", ((Command(script("a")),),)),
        ("$((1 + (2)))", ((Arithmetic("1 + (2)"),),)),
        ("$[1+2]", ((Arithmetic("1+2"),),)),
        ("<(a)", ((ProcessFile("<", script("a")),),)),
        ("a b=c", ("a", "b=c")),
        ("export b=c d", ("export", Assignment("b", "c"), "d")),
    ],
)
def test_words(source: str, expected: tuple[Word | Assignment, ...]) -> None:
    assert words(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${x}", Parameter("x")),
        ("${10}", Parameter("10")),
        ("${x:-a b}", Parameter("x", ":-", (Bare("a b"),))),
        ("${x-'a b'}", Parameter("x", "-", "a b")),
        ("${x##*/}", Parameter("x", "##", (Bare("*/"),))),
        ("${x//a/b}", Parameter("x", "//", "a", (Bare("b"),))),
        ("${x/#a}", Parameter("x", "/#", "a")),
        ("${x:1:2}", Parameter("x", ":", "1", "2")),
        ("${x: -1}", Parameter("x", ":", " -1")),
        ("${x:a?b:c}", Parameter("x", ":", "a?b:c")),
        ("${x^^}", Parameter("x", "^^")),
        ("${x@Q}", Parameter("x", "@", "Q")),
        ("${#x}", Parameter("x", "length")),
        ("${#}", Parameter("#")),
        ("${#a[@]}", Parameter("a", "length", index="@")),
        ("${!x}", Parameter("x", indirect=True)),
        ("${!x*}", Parameter("x", "prefix", "*")),
        ("${!a[@]}", Parameter("a", "keys", index="@")),
        ("${a[$i]}", Parameter("a", index=(Parameter("i"),))),
        ("${x!}", Parameter("", bad="${x!}")),
        ("${}", Parameter("", bad="${}")),
        ("$@", Parameter("@")),
        ("$!", Parameter("!")),
    ],
)
def test_parameters(source: str, expected: Parameter) -> None:
    assert words(f"echo {source}")[1] == (expected,)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a=1 b+=2 c", Simple(("c",), (Assignment("a", "1"), Assignment("b", "2", append=True)))),
        ("a[1+1]=x", Simple((), (Assignment("a", "x", "1+1"),))),
        ("a=(b [3]=c)", Simple((), (Assignment("a", None, elements=((None, "b"), ("3", "c"))),))),
        (
            ">a b 2>&1 <c &>d {e}>f 10>>g",
            Simple(
                ("b",),
                redirects=(
                    Redirect(">", "a"),
                    Redirect(">&", "1", 2),
                    Redirect("<", "c"),
                    Redirect("&>", "d"),
                    Redirect(">", "f", variable="e"),
                    Redirect(">>", "g", 10),
                ),
            ),
        ),
        ("a | b |& c", Pipeline((simple("a"), Simple(("b",), redirects=(Redirect(">&", "1", 2),)), simple("c")))),
        ("! a | b", Pipeline((simple("a"), simple("b")), negated=True)),
        ("time -p a", Pipeline((simple("a"),), timed="time -p")),
        ("a && b || c", AndOr(simple("a"), (("&&", simple("b")), ("||", simple("c"))))),
        ("{ a; } >b", Group(script("a"), (Redirect(">", "b"),))),
        ("(a)", Subshell(script("a"))),
        ("if a; then b; else c; fi", If(((script("a"), script("b")),), script("c"))),
        ("until a; do b; done", While(script("a"), script("b"), until=True)),
        ("for x in 1 2; do a; done", For("x", ("1", "2"), script("a"))),
        ("for x; do a; done", For("x", None, script("a"))),
        ("for ((a;b;c)) { d; }", CountingFor("a", "b", "c", script("d"))),
        ("select x in 1; do a; done", Select("x", ("1",), script("a"))),
        (
            "case a in (b|*) c;& d) ;; e) f; esac",
            Case(
                "a",
                (
                    Branch(("b", (Bare("*"),)), script("c"), ";&"),
                    Branch(("d",), Script(())),
                    Branch(("e",), script("f")),
                ),
            ),
        ),
        ("f() { a; }", Function("f", Group(script("a")), "f() { a; }")),
        ("function f (a)", Function("f", Subshell(script("a")), "function f (a)")),
        ("((a+1))", ArithmeticCommand("a+1")),
        ("[[ -f a && b ]]", Conditional(Logic("&&", Check("-f", "", "a"), Check("-n", "", "b")))),
        ("[[ ! a == b* ]]", Conditional(Logic("!", Check("==", "a", (Bare("b*"),))))),
        ("[[ a =~ ^(b|c)$ ]]", Conditional(Check("=~", "a", (Bare("^(b|c)$"),)))),
        ("coproc a", Group(Script((Item(simple("a"), True, "coproc a"),)))),
    ],
)
def test_commands(source: str, expected: Node) -> None:
    assert only(source) == expected


def test_a_command_knows_its_line_and_its_source() -> None:
    first, second, third = parse("a 'b\nc'\nd &\nif e\nthen f; fi\n").items
    assert (first.source, first.background) == ("a 'b\nc'", False)
    assert second == Item(simple("d", line=3), True, "d", 1)
    assert [item.unit for item in parse("a; b\n\nc &\nd").items] == [0, 0, 1, 2]
    assert isinstance(third.node, If)
    assert third.node.branches[0][1].items[0].node == simple("f", line=5)


def test_here_documents_follow_their_line() -> None:
    node = only("cat <<A - <<'B' <<-C\na $x\nA\n$y\nB\n\t\tz\n\tC\n")
    assert isinstance(node, Simple)
    assert [redirect.document for redirect in node.redirects] == [
        (Double((Quoted("a "), Parameter("x"), Quoted("\n"))),),
        "$y\n",
        "z\n",
    ]


def test_a_here_document_in_a_pipeline_and_in_a_substitution() -> None:
    node = only("cat <<A | sort\nb\nA")
    assert isinstance(node, Pipeline)
    first = node.commands[0]
    assert isinstance(first, Simple)
    assert first.redirects[0].document == "b\n"
    ((part,),) = (word for word in words("echo $(cat <<A\nb\nA\n)") if isinstance(word, tuple))
    assert isinstance(part, Command)
    inner = part.script.items[0].node
    assert isinstance(inner, Simple)
    assert inner.redirects[0].document == "b\n"


def test_two_parentheses_may_be_two_subshells() -> None:
    assert isinstance(only("((a) || (b))"), Subshell)
    ((part,),) = (word for word in words("echo $((a); (b))") if isinstance(word, tuple))
    assert isinstance(part, Command)


def test_aliases_are_put_in_place() -> None:
    aliases = {"ll": "ls -l", "ls": "ls --color", "do2": "a; b ", "b2": "c"}
    assert [item.node for item in parse("ll x", aliases=aliases).items] == [simple("ls", "--color", "-l", "x")]
    first, second = parse("do2 | ll", aliases=aliases).items
    assert first.node == simple("a")
    assert isinstance(second.node, Pipeline)
    assert words("ll x") == ("ll", "x")


def test_what_came_before_a_fault_is_there() -> None:
    with pytest.raises(SyntaxFault) as caught:
        parse("a\nb; c\nd; fi\ne\n")
    assert [item.source for item in caught.value.before.items] == ["a", "b", "c"]
    assert (caught.value.line, caught.value.text) == (3, "d; fi")
    with pytest.raises(Incomplete) as more:
        parse("a\nif b\n")
    assert [item.source for item in more.value.before.items] == ["a"]


@pytest.mark.parametrize("source", ["a \\\n", "cat <<A\nb\n", "echo 'a\n", "if a\n", "a &&\n"])
def test_an_unfinished_line_may_go_on(source: str) -> None:
    with pytest.raises(Incomplete):
        parse(source, partial=True)


def test_a_wrong_backquoted_command_is_wrong_when_it_runs() -> None:
    ((part,),) = (word for word in words("echo `fi`") if isinstance(word, tuple))
    assert isinstance(part, Command)
    assert part.fault == "syntax error near unexpected token `fi'"


def test_extended_patterns_only_where_they_are_on() -> None:
    items = parse("echo a@(b|c)", extglob=True).items
    assert items[0].node == simple("echo", (Bare("a@(b|c)"),))
    with pytest.raises(SyntaxFault):
        parse("echo a@(b|c)")
