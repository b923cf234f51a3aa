"""awk: what it prints, says and leaves, beside the real mawk."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shell.commands.rig import has_real, run, same_as_real

DATA = b"alice 30 1.5\nbob 25 2.50\n\ncarol:x 41 1e1\n  dave\t7 abc 9\n"
FILES = {"data": DATA, "other": b"k1:v1\nk2:v2\n", "prog.awk": b"# a\n{ print NR, $1 }\n"}

PROGRAMS = r"""
{print $1}
{print $NF, NF}
{print NR ": " $0}
NR==2
NF
!NF
/o/
!/o/
/bob/,/carol/
NR==1,NR==2{print "r", $0}
END{print NR}
END{print $0, NF}
{s+=$2} END{print s, s/NR}
$2>26{print $1}
$2>26 && /a/ {print $1; next} {print "no"}
$3 ~ /^[0-9.]+$/
$1 !~ /b/
{$2="X"; print}
{$6="six"; print; print NF}
{NF=2; print; print NF}
{$0="q w e"; print $2, NF}
BEGIN{OFS="-"}{$1=$1; print}
BEGIN{FS=":"}{print $1, $2}
BEGIN{FS="[0-9]+"}{print $2}
BEGIN{RS=""}{print NR, $1, NF}
BEGIN{RS=":"}{print NR, $1}
BEGIN{RS="[0-9]+"}{print NR ")" $1}
BEGIN{ORS="|"}{print $1} END{printf "\n"}
{print FNR, FILENAME}
{print length, length($1), length()}
{print toupper($1), tolower("ABC")}
{print substr($1,2,3)}
{print index($0,"b")}
{a[NR]=$1} END{for(i=NR;i>0;i--)print a[i]}
{n=split($0,a); print n, a[1], a[n]}
{sub(/a/,"[&]"); print}
{print gsub(/[0-9]/,"#"), $0}
{gsub("b","<\\&>",$1); print}
{print match($0,/[0-9]+/), RSTART, RLENGTH}
{if($2>29)print "old"; else print "young"}
{print ($2<30)?"a":"b"}
{exit} END{print "end"}
{exit 3}
END{exit 4}
BEGIN{exit} END{print "x"}
BEGIN{while((getline line)>0)n++; print n}
{getline; print}
{getline x; print x, $1}
BEGIN{while((getline l < "other")>0) print "o", l; close("other"); getline l < "other"; print l}
BEGIN{"echo a b"|getline x; print x}
BEGIN{"echo a b"|getline; print $2}
BEGIN{print (getline x < "nosuch")}
{print $1 > "out"} END{close("out"); while((getline l<"out")>0)print "<" l}
{print $1 >> "out"}
{print $1 > ("out" NR)}
{print $1 | "cat"}
{printf "%s,", $1 | "cat"}
BEGIN{print "a" | "cat"; close("cat"); print "b"}
BEGIN{r=system("exit 3"); print r}
BEGIN{system("echo hi"); print "there"}
BEGIN{printf "a"; system("echo b"); print "c"}
BEGIN{print "e" > "/dev/stderr"; print "o" > "/dev/stdout"}
BEGIN{print 1/3, 2^10, 2^3^2, -2^2, 7%3, -7%3, 5.5%2}
BEGIN{print 1e6,1e20,123456789,2147483648,0.1+0.2,100000*100000,1e-5}
BEGIN{print 1/0, -1/0}
BEGIN{print log(0), exp(1), sqrt(2), int(-3.9), int("3x"), sin(1), cos(1), atan2(0,-1)}
BEGIN{print 1==1.0, "a"<"b", 2<10, "2"<"10", "10"<9, x<1, x=="", x==0}
BEGIN{print !x, !1, !"", !"a", !"0", -"3x", +"4"}
BEGIN{print 1 " " -1; print 1 -1; print 1 - 1; print "a" 1+1 "b"}
BEGIN{x=5; x+=2; x-=1; x*=3; x/=2; x%=5; x^=2; print x}
BEGIN{print x++ + ++x, x--, --x, x}
BEGIN{print "A" > "/dev/null"; print length("x" "yz")}
BEGIN{a["x"]=1; a[1,2]=3; print ("x" in a), ("y" in a), ((1,2) in a), (1,2) in a}
BEGIN{a[1,2]; for(k in a){split(k,b,SUBSEP); print b[1], b[2]}}
BEGIN{a["x"]; delete a["x"]; print length(a); a[1];a[2]; delete a; print length(a)}
BEGIN{if(!("z" in a)) print "no"; print a["z"] "."; if("z" in a) print "yes"}
BEGIN{for(;;){if(++i>3)break; if(i==2)continue; print i}}
BEGIN{do{i++}while(i<3); print i; while(i-->0); print i}
function f(n){return n<=1?1:n*f(n-1)} BEGIN{print f(10), f(20)}
function f(a){a["k"]=1} BEGIN{f(z); print z["k"]}
function f(a,b){b=a*2; a=0; return b} BEGIN{x=4; print f(x), x, b}
function f(){return} BEGIN{print f() "."}
function g(a){h(a)} function h(a){a[1]=7} BEGIN{g(q); print q[1]}
BEGIN{printf "%d|%5d|%-5d|%05d|%+d|%x|%X|%o|%#x|%c\n",3.9,42,42,42,5,255,255,8,255,65}
BEGIN{printf "%c|%s|%5s|%-5s|%.2s|%%\n","hi","s","s","s","abc"}
BEGIN{printf "%5.2f|%e|%g|%G|%i\n",3.14159,12345.678,0.0001,1e-10,7.9}
BEGIN{printf "%*d|%-*d|%.*f\n",5,3,4,2,1,2.55}
BEGIN{printf("%s %s\n","a","b"); printf "no newline"}
BEGIN{x=sprintf("%03d",7); print x; print sprintf("%s",1e6) sprintf("%s",0.1)}
BEGIN{printf "%d %s\n",1}
BEGIN{printf "%z\n",1}
BEGIN{s="hello"; gsub(/l/,"[&]",s); print s; gsub(/x*/,"-",s); print s}
BEGIN{t="aaa"; print gsub("a","b",t), t; gsub(/$/,"X",t); print t; gsub(/^/,"Y",t); print t}
BEGIN{s="a.b.c"; gsub(".","x",s); print s; s="a.b.c"; gsub(/\./,"x",s); print s; gsub("\\.","y",s); print s}
BEGIN{print substr("hello",0,2), substr("hello",-1), substr("hello",2,1e9), substr("hello",6) "|"}
BEGIN{n=split("a:b:c",A,":"); print n, A[1], A[3]; print split("",B), split("abc",C,""), C[2]}
BEGIN{n=split("a1b22c",A,/[0-9]+/); print n, A[2], A[3]; n=split(" a  b ",A," "); print n, A[1]}
BEGIN{CONVFMT="%.2g"; x=3.14159; y=x ""; print y; OFMT="%.3f"; print 3.14159, 17}
BEGIN{$0="a b c"; print NF, $2; $5="e"; print; print NF; $2=""; print}
BEGIN{$3="x"; print; print NF}
BEGIN{print "a\tb\"c\\d\101\x41\q\/"}
BEGIN{print "x" ~ "^x$", "ab" ~ /^a.$/, "a+b" ~ /a\+b/, "a/b" ~ /a\/b/, "ab" ~ "(a|b)+$"}
BEGIN{print "a" ~ /[[:alpha:]]/, "1" ~ /[^0-9]/, "]" ~ /[]]/, "-" ~ /[a-]/}
BEGIN { # comment
BEGIN{print length "x"}
BEGIN{print ENVIRON["HOME"], ENVIRON["NOSUCH"] "."}
BEGIN{print ARGC, ARGV[1], ARGV[2]}
BEGIN{print index("foobar","bar"), index("a","z")}
BEGIN{print 010+0, "0x1f"+0, .5, 5., 1e3}
BEGIN{if(1){print "a"}else{print "b"} if(0);else print "c"}
BEGIN{print (1)(2); print(1)(2)}
BEGIN{x["a"]=1; f = "a"; print x[f], f in x}
BEGIN{NF=3; print $0 "."; print NF}
BEGIN{print 1>2 ? "a" : "b"}
BEGIN{print (1>2) ? "a" : "b"}
BEGIN{print 1,2,3 > "/dev/stdout"}
BEGIN{print -3 " " -0; print 1==1 ? "y" : "n"}
BEGIN{getline; print "got " $0; print NR}
BEGIN{a="x"; b=a++; print a, b}
BEGIN{srand(5); print srand(6); x=rand(); print (x>=0 && x<1)}
BEGIN{print close("nothing"), fflush()}
BEGIN{print "head"; print "b" | "cat"; print "last"}
BEGIN{while(("echo a; echo b"|getline l)>0) print l}
BEGIN{"nosuchcmd" | getline x; print x "."}
BEGIN{system("nosuchcmd"); print "x" | "nosuchcmd"}
BEGIN{print "x" | "cat 1>&2"}
BEGIN{n=split("a.b",x,"."); print n; n=split("a1b",x,/./); print n}
BEGIN{s="a b c"; n=split(s,x,"b"); print n x[1]}
BEGIN{$(-1)=1}
BEGIN{NF=-1}
{print $(-1)}
{print $NF-1, $(NF-1)}
BEGIN{print substr("hello",2); print tolower(123) + 1}
BEGIN{print > "/nosuch/x"}
{print $1
BEGIN{x = ; }
}
BEGIN{print 1}}
BEGIN{print "abc }
BEGIN{/abc }
BEGIN{foo(1)}
BEGIN{getline < }
BEGIN{print 1 2 + }
BEGIN{print length(}
BEGIN{print substr("a")}
BEGIN{@}
BEGIN{print ) }
function f(a){return a} BEGIN{print f(1,2)}
BEGIN{break}
BEGIN{next}
BEGIN{return 1}
BEGIN{print 1,}
BEGIN{a]}
BEGIN
BEGIN{if(1) print 1 else print 2}
BEGIN{for(i=0;i<3)print}
function f(x) { } function f(y){}
BEGIN{printf}
BEGIN{print `id`}
BEGIN{1=2}
BEGIN{x=1 y=2}
print 1
BEGIN{print 1&2}
BEGIN{print a?b}
BEGIN{delete}
BEGIN{print "x" ~ "("}
BEGIN{print "x" ~ "[a"}
""".strip().split("\n")

LINES = [
    ["-F:", "{print $2}", "other"],
    ["-F", ":", "{print $1}", "other"],
    ["-F", r"\t", "{print $2}", "data"],
    ["-Ft", "{print $1}", "data"],
    ["-F|", "{print $1}", "data"],
    ["-F.", "{print $1}", "data"],
    ["-F ", "{print $1}", "data"],
    ["-F[0:]", "{print $2}", "data"],
    ["-v", "x=5", "BEGIN{print x+1}"],
    ["-vx=a\\tb", "BEGIN{print x}"],
    ["-f", "prog.awk", "data"],
    ["-f", "nosuch"],
    ["--", "{print $1}", "data"],
    ["{print x, $1}", "x=1", "other", "x=2", "other"],
    ["END{print x}", "x=5"],
    ["{print FILENAME, FNR, NR}", "other", "other"],
    ["NR==FNR{a[$1]=1;next} $1 in a", "data", "data"],
    ["1", "nosuch"],
    ["1", "-"],
    ["FNR==1{nextfile} {print}", "data", "other"],
    ["BEGIN{ARGV[1]=\"\"} {print $1}", "data", "other"],
    ["-W", "version"],
    ["--version"],
    ["-z", "1"],
    ["-v", "x", "1"],
    ["-F"],
    ["BEGIN{\n  x = 1\n\n  if (x)\n    print \"a\"\n  else\n    print \"b\"\n}\n"],
    ["function f(a,\n b) {\n return a &&\n b\n}\nBEGIN { print f(1,\n2) ; print \"x\\\ny\" }"],
]  # fmt: skip

needs_mawk = pytest.mark.skipif(not has_real("mawk"), reason="no mawk here")


@needs_mawk
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program: str) -> None:
    same_as_real(["mawk", program], DATA, FILES)


@needs_mawk
@pytest.mark.parametrize("words", LINES)
def test_line(words: list[str]) -> None:
    same_as_real(["mawk", *words], DATA, FILES)


@pytest.mark.parametrize(
    "program",
    [
        "BEGIN{while(1)i++}",
        'BEGIN{x="x"; while(1)x=x x}',
        "BEGIN{while(1)a[i++]=i}",
        "function f(n){return f(n+1)} BEGIN{f(1)}",
        "BEGIN{NF=1e9}",
        'BEGIN{printf "%999999999d",1}',
        "BEGIN{print " + "(" * 500 + "1" + ")" * 500 + "}",
        "BEGIN{print 2^(2^(2^10))}",
    ],
)
def test_bounded(program: str) -> None:
    result = run(["awk", program])
    assert result.status in (0, 2, 137)
    assert len(result.out) < 1000


_PIECES = st.sampled_from(
    [
        "BEGIN",
        "END",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        "$",
        "x",
        "y",
        "a[",
        '"s"',
        "/r/",
        "1",
        "2.5",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "++",
        "--",
        "=",
        "+=",
        "==",
        "<",
        ">",
        "|",
        "!",
        "~",
        "?",
        ":",
        "in",
        "print",
        "printf",
        "getline",
        "if",
        "else",
        "while",
        "for",
        "do",
        "delete",
        "next",
        "exit",
        "length",
        "substr(",
        "split(",
        "gsub(",
        "function",
        "f(",
        "return",
        "break",
        "\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=25).map(" ".join) | st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_program_ends(program: str) -> None:
    result = run(["awk", "--", program], b"a b\n1 2\n")
    assert result.status >= 0
    assert b"Traceback" not in result.err
