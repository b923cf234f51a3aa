"""File commands beside the real ones: output, errors, status and the files that are left."""

import pytest

from tests.shell.commands.rig import same_as_real

FILES = {"a": b"one\ntwo\n", "b": b"x" * 5000, "d/e": b"deep\n", "d/f/g": b""}
LINES = """
ls
ls -1 d
ls nosuch
ls -Z1y
ls -d d a
ls -R d
ls -p
ls -F
ls -m
cp a c
cp a d
cp nosuch x
cp a
cp d x
cp -r d x
cp a a
cp -v a c
cp a b d
cp a b
cp -n a b
mv a c
mv a d
mv nosuch x
mv d a
mv -v a c
rm a
rm nosuch
rm -f nosuch
rm d
rm -r d
rm
rm -f
rm -rf .
rmdir d
rmdir d/f
mkdir d
mkdir -p p/q/r
mkdir x/y
mkdir -v n
mkdir
ln a l
ln -s a b
ln nosuch l
ln d l
readlink a
touch new
touch -c new
touch nosuch/x
touch
chmod 600 a
chmod u+x,g-r a
chmod 999 a
chmod
chmod 600 nosuch
chmod -v 640 a
basename /usr/lib/x.so .so
basename a b c
basename -a /x/y /z
basename
dirname /usr/lib /x a/b/ a
find . -name a
find . -type f -size +1k
find d -name nosuch -o -name e
find nosuch
find . -type x
find d -type f -delete
find . -empty
find . -path ./d/f
find . -nosuch
du -sb b
stat -c %n-%s-%A-%F a
stat -c %a-%h d/e
stat nosuch
truncate -s 3 a
truncate -s +2 a
truncate a
dd if=a of=c bs=2 count=1 status=none
dd if=nosuch
dd nosuch=1
mktemp nox
mkfifo p
sync
unlink a
unlink nosuch
link a l
install -m 640 a c
test -f a
test -d a
[ a = b ]
[ a
true
false
""".strip().split("\n")


@pytest.mark.parametrize("line", LINES)
def test_as_the_real_one(line: str) -> None:
    same_as_real(line.replace(" ;", " \\;"), files=FILES)


@pytest.mark.parametrize(
    ("line", "stdin"),
    [
        ("xargs -n1 echo", b"a b c\n"),
        ("xargs -0 echo", b"a\0b"),
        ("xargs -I{} echo [{}]", b"it s\n"),
        ("xargs", b"x'\n"),
        ("xargs -r echo no", b""),
        ("xargs nosuchcommand", b"a\n"),
    ],
)
def test_xargs(line: str, stdin: bytes) -> None:
    same_as_real(line, stdin=stdin)
