"""sed, sort and uniq beside the real ones."""

import pytest

from tests.shell.commands.rig import same_as_real

FILES = {
    "a": b"one\ntwo\nthree\nfour\nfive\n",
    "b": b"root:x:0:0\nbin:x:2:2\n\nroot:y:10:1\n",
    "n": b"10\n9\n2\n-3\n1.5\n10\n",
    "k": b"b 2\na 10\nc 1\na 2\n",
    "end": b"no newline",
}
SED = r"""
s/o/0/
s/o/0/g
s/o/0/2
s/\(t\)\(.\)/\2\1/g
-E s/(t)(.)/\2\1/g
-n 2p
-n $p
-n 2,3p
-n /tw/,/fo/p
2d
/o/d
/o/!d
1~2d
2q
2q5
-n $=
=
y/abc/xyz/
N;s/\n/-/
$!N;s/\n/-/
:a;N;$!ba;s/\n/,/g
2i\new
2a\new
2c\new
2,3c\new
G
x;p;x
1h;2G
n;d
$!d
s/x*/-/g
s/[aeiou]/(&)/g
s/.*/\U&/
s/\(.\)\(.*\)/\u\1\2/
s|o|/|
s/e/\n/
/two/{s/t/T/;p}
-n l
s/O/x/I
2,+1d
0,/o/d
s/a/b
k
s/a/b/k
y/ab/c/
{p
/x
-n
b end;p;:end
D
-s -n 1p
s/two/&&/w /dev/stdout
"""
OTHERS = """
sort a
sort -r a
sort -n n
sort -rn n
sort -u n
sort -k2 k
sort -k2n k
sort -k1,1 -k2,2n k
sort -t: -k3,3n b
sort -t : -k 3 -r b
sort -c a
sort -f a
sort -s -k1,1 k
sort nosuch
sort -k0 a
sort -o c a
sort end a
uniq n
uniq -c n
uniq -d n
uniq -u n
uniq -f1 k
uniq nosuch
uniq -i a
"""


@pytest.mark.parametrize("script", SED.strip().split("\n"))
def test_sed(script: str) -> None:
    words = script.split(" ") if script.startswith("-") and " " in script else [script]
    options, program = (" ".join(words[:-1]), words[-1]) if len(words) > 1 else ("", words[0])
    same_as_real(f"sed {options} '{program}' a", files=FILES)


@pytest.mark.parametrize("line", [*OTHERS.strip().split("\n"), "sed -i s/o/0/ a", "sed s/n/N/ end", "sed p nosuch"])
def test_others(line: str) -> None:
    same_as_real(line, files=FILES)
