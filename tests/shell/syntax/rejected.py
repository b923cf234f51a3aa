"""Sources that bash and the parser reject in the same words."""

BAD = r"""
fi
echo a; )
if true; then
echo "abc
echo 'abc\ndef
echo $(ls
echo `ls
echo ${x
echo $((1+2
if true; then fi
case x in
(echo
{ echo
echo a\necho b )\n
a && && b
| a
echo $(fi)
echo $(if)
echo "$(echo "a)"
[[ a
[[ a b c ]]
[[ -f ]]
[[ a == ]]
[[ ( a ]]
for ((i=0; i<3)); do :; done
for i in a b c
a=(1 2
a=(1 & 2)
echo a(b)
f() echo
f()
function
function f
((1+2
echo <
echo >\n
echo > > a
echo >&
echo 2>
select
case a in b) echo;; c
case a b
while do done
echo a &; b
;
;;
&
a ;;
a | ! b
coproc
}
{ a
{a; }
else
do
done
then x
esac
in
f() { a; } b
if a; then b; fi c
(a) b
()
( )
{ }
while a; do done
for i in a; do done
a=1 f() { b; }
$(
echo $(echo $(fi))
echo a\nfi\necho b
]]
if true; then\n
echo a\necho $(ls\n
echo a\n\nif true\n\n
echo a\necho "b\nc\nd
[[ a -eq ]]
[[ a && b
[[ a\nb ]]
[[ a =~ b c ]]
[[ ]]
[[ ! ]]
[[ a && ]]
[[ -z
[[
$(( '
(( '
(( ')'
$( { b=c
f() function |
! function function function
[[ a ) ]]
[[ a; ]]
[[ (a) b ]]
[[ a <= b ]]
cat <<
cat << ;
a() (b
echo a |
a &&
a && \n
echo $[1
a[1
for
for i
for i in
for ((
for ((a;b;c
case
case a
case a in (b
case a in b
case a in b)
case a in |
case a in b|) x;; esac
case a in ) x;; esac
while
until a
while a; do b
a=(b (c))
a=(b;c)
echo a=(b)
echo $(echo a; fi; b)
echo "x $(fi) y"
echo {fd}>
function f() x
function f { a
echo <(fi)
echo @(a|b)
! | a
a | | b
a || || b
then
if a; then b; elif; then c; fi
if a; else b; fi
a\n) b\nc
echo ${
echo ${x:-"a}
echo $'abc
a;;b
a & & b
a & && b
a ; ; b
>a >
>a (b)
(a)(b)
{ a; } { b; }
if a; then b; fi; fi
a=b (c)
echo (c)
f() { :; } > x; echo y )
((1+2) ) )
for ((;;)) echo
select x in a; do fi
echo "a
if a; then echo "b; fi
echo a; if
while true; do echo a; fi
for i in a; do echo; fi
case x in a) echo; done
{ echo a; )
( echo a; }
if true; do echo; done
while true; then echo; fi
echo && | b
echo a ||
(a;;)
`
"$(
"${x
'
"
$'
${
$((
<
>
2>&
<<<
>(a
<(
echo a >(b
if ( true; then echo; fi
if [ 1 ]; then echo a; else fi
if a; then b; else c; elif d; then e; fi
for i in 1 2; echo $i; done
for i in 1 2 do echo $i; done
until a; do; b; done
function { a; }
f ( a ) { b; }
echo foo; ; echo bar
echo foo &| bar
a |&
a |& | b
case x in esac esac
case x in (esac) echo;; esac x
[[ a || ]]
[[ a == b || && c ]]
[[ -f a -a b ]]
cd /tmp || { echo no; exit 1
wget http://a/b -O- | sh ) &
echo 'it's'
x=$(echo `echo a)
""".strip("\n").split("\n")
