"""The real bash judges the same sources."""

import os
import subprocess

import pytest

from samovar.shell.syntax.parse import Incomplete, SyntaxFault, complaint, parse
from tests.shell.syntax.accepted import GOOD
from tests.shell.syntax.rejected import BAD

BASH = "/bin/bash"
pytestmark = pytest.mark.skipif(not os.path.exists(BASH), reason="needs bash as the oracle")


def text(line: str) -> str:
    """What a line of these stands for."""
    return line.replace("\\n", "\n").replace("\\t", "\t")


def said(source: str) -> str:
    run = subprocess.run(
        ["bash", "-n", "-c", source, "bash"], executable=BASH, env={"LC_ALL": "C"}, capture_output=True, check=False
    )
    lines = run.stderr.decode("latin-1").splitlines(keepends=True)
    return "".join(line for line in lines if "warning: here-document" not in line)


def ours(source: str) -> str:
    try:
        parse(source)
    except (Incomplete, SyntaxFault) as fault:
        return complaint(fault, "bash: -c")
    return ""


@pytest.mark.parametrize("line", BAD)
def test_rejects_in_the_same_words(line: str) -> None:
    with pytest.raises((Incomplete, SyntaxFault)):
        parse(text(line))
    assert ours(text(line)) == said(text(line))


@pytest.mark.parametrize("line", GOOD)
def test_accepts_what_bash_accepts(line: str) -> None:
    assert said(text(line)) == ""
    parse(text(line))


def test_the_prompt_says_neither_line_nor_source() -> None:
    with pytest.raises(SyntaxFault) as caught:
        parse("fi\n")
    assert complaint(caught.value, "-bash") == "-bash: syntax error near unexpected token `fi'\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("fi", 'sh: syntax error: unexpected "fi"\n'),
        ("echo a; )", 'sh: syntax error: unexpected ")"\n'),
        ("if true; then", 'sh: syntax error: unexpected end of file (expecting "fi")\n'),
        ('echo "abc', "sh: syntax error: unterminated quoted string\n"),
        ("echo `ls", "sh: syntax error: EOF in backquote substitution\n"),
        ("a=(1 2)", 'sh: syntax error: unexpected "("\n'),
        ("case a b", 'sh: syntax error: unexpected word (expecting "in")\n'),
        ("for 1a in b; do :; done", "sh: syntax error: bad for loop variable\n"),
        ("&& a", 'sh: syntax error: unexpected "&&"\n'),
    ],
)
def test_ash_has_its_own_words(source: str, words: str) -> None:
    with pytest.raises((Incomplete, SyntaxFault)) as caught:
        parse(source, dialect="ash")
    fault = caught.value
    assert isinstance(fault, (Incomplete, SyntaxFault))
    assert complaint(fault, "sh", "ash") == words
