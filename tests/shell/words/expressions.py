"""Sources that real bash and our expansion must print alike."""

PARAMETERS = r"""
x="a b"; printf '[%s]' $x
x="a b"; printf '[%s]' "$x"
x="a b"; printf '[%s]' "$x"c$x
x=; printf '[%s]' $x
x=; printf '[%s]' "$x"
x=; printf '[%s]' a$x
x=" a  b "; printf '[%s]' c$x""d
x=" a  b "; printf '[%s]' $x$x
x=abc; printf '[%s]' ${x}d ${x}
printf '[%s]' ${x-d} ${x:-e f} "${x:-e f}"
x=; printf '[%s]' ${x-d} ${x:-e f} "${x-g}"
x=1; printf '[%s]' ${x-d} ${x:-e} ${x+f} ${x:+g}
x=; printf '[%s]' ${x+f} ${x:+g} "${x:+g}"
printf '[%s]' ${x=5} $x
printf '[%s]' ${x:=a b} "$x"
printf '[%s]' ${x:?}
printf '[%s]' ${x?}
printf '[%s]' ${x:?my message}
x=; printf '[%s]' ${x:?gone}
x=; printf '[%s]' ${x?gone}
printf '[%s]' ${x:-${y:-z}}
printf '[%s]' ${x:-"a b" c}
printf '[%s]' "${x:-"a b" c}"
printf '[%s]' "${x:-'a b'}"
printf '[%s]' ${x:-'a b'}
printf '[%s]' ${x:-a\ b}
printf '[%s]' "${x:-a\}b}"
printf '[%s]' ${x:-~} "${x:-~}"
printf '[%s]' ${x:-$(echo a b)} "${x:-$(echo a b)}"
x=abcabc; printf '[%s]' ${x#a} ${x#*b} ${x##*b} ${x%c} ${x%b*} ${x%%b*} ${x#z} ${x%z}
x=/usr/local/bin; printf '[%s]' ${x##*/} ${x%/*} ${x#/} ${x%%/*}
x=a.tar.gz; printf '[%s]' ${x%.*} ${x%%.*} ${x#*.} ${x##*.}
x='a*b'; printf '[%s]' "${x#a\*}" "${x#'a*'}" "${x%"*b"}"
x=abc; printf '[%s]' ${x#[a-b]} ${x##[a-b]*} ${x#?} ${x%[!a]}
x=aXbXc; printf '[%s]' ${x/X/-} ${x//X/-} ${x/#a/-} ${x/%c/-} ${x//X} ${x/X}
x=aaa; printf '[%s]' ${x/a/b} ${x//a/b} ${x//aa/b} ${x/#a/b} ${x/%a/b}
x=a/b/c; printf '[%s]' ${x//\//_} ${x/\//_} ${x///_}
x=abc; printf '[%s]' ${x/b/"d e"} "${x/b/d e}" ${x/b/d e}
x=abc; printf '[%s]' ${x/b/&&} ${x/b/\&} ${x/b/"&"} "${x//?/<&>}"
x=abc; y='&'; printf '[%s]' "${x/b/$y}" "${x/b/"$y"}"
x=abc; printf '[%s]' "${x/*/z}" "${x//*/z}" "${x/b*/z}" "${x/#/z}" "${x/%/z}" "${x//z/y}"
x=; printf '[%s]' "${x/*/z}" "${x//*/z}" "${x/#/z}" "${x/a/z}"
x=hello; printf '[%s]' ${x^} ${x^^} ${x^^[el]} ${x^[a]} ${x,,}
x=HELLO; printf '[%s]' ${x,} ${x,,} ${x,,[EL]} ${x^^}
x=hello; printf '[%s]' ${x:1} ${x:1:2} ${x: -2} ${x: -3:2} ${x:1:-1} ${x:0} ${x:9} "${x:9}" "${x:5}" ${x:(-2)}
x=hello; n=2; printf '[%s]' ${x:n} ${x:$n:1} ${x:n+1} ${x:n>1?1:3} ${x:$((n-1))}
x=hello; printf '[%s]' ${x:1:-9}
x=hello; printf '[%s]' "${x: -9}"
x=hello; printf '[%s]' ${#x} ${#y} ${#} "${#x}"
set -- a bb ccc; printf '[%s]' $# ${#} ${#@} ${#*} ${#1} ${#3} ${##}
set -- a "b c" d; printf '[%s]' $@
set -- a "b c" d; printf '[%s]' "$@"
set -- a "b c" d; printf '[%s]' $*
set -- a "b c" d; printf '[%s]' "$*"
set -- a "b c" d; printf '[%s]' "x$@y"
set -- a "b c" d; printf '[%s]' x$@y
set -- a "b c" d; IFS=,; printf '[%s]' "$*" $*
set -- a "b c" d; IFS=; printf '[%s]' "$*" $* $@
set -- a "b c" d; x=$*; printf '[%s]' "$x"
set -- a "b c" d; x=$@; printf '[%s]' "$x"
set -- a "b c" d; IFS=:; x=$*; printf '[%s]' "$x"
set -- a "b c" d; IFS=:; x="$@"; printf '[%s]' "$x"
set --; printf '[%s]' "$@"
set --; printf '[%s]' a "$@" b
set --; printf '[%s]' "a$@"
set --; printf '[%s]' "$*"
set --; printf '[%s]' ""$@
set -- ""; printf '[%s]' "$@" x
set -- "" ""; printf '[%s]' "$@"
set -- "" a ""; printf '[%s]' $@
set -- a b c d; printf '[%s]' ${@:2} "${@:2:2}" "${@:0:2}" "${@: -1}" "${*:2}"
set -- a b c; printf '[%s]' ${@:-x} "${@:+y}" ${10} ${3} $1$2
set -- aXa bXb; printf '[%s]' "${@//X/-}" "${@#a}" "${*%b}" "${@^}"
set -- 1 2 3 4 5 6 7 8 9 10 11; printf '[%s]' $10 ${10} ${11}
x=y; y=z; printf '[%s]' ${!x} "${!x}" ${!x:-d} ${!x#z}
x='a[1]'; a=(p q); printf '[%s]' ${!x}
x='a[@]'; a=(p q); printf '[%s]' "${!x}"
printf '[%s]' ${!x}
x='a b'; printf '[%s]' ${!x}
xa=1; xb=2; printf '[%s]' ${!x*} "${!x@}" "${!x*}"
a=(1 2 "3 4"); printf '[%s]' ${a[@]} "${a[@]}" "${a[*]}" ${a[*]} $a ${a[1]} "${a[-1]}"
a=(1 2 3); printf '[%s]' ${#a[@]} ${#a} ${#a[2]} ${!a[@]} "${!a[*]}" "${a[@]:1}" "${a[@]:0:2}" "${a[@]: -1}"
a=([5]=x [2]=y z); printf '[%s]' "${a[@]}" "${!a[@]}" "${a[@]:3}" ${a[5]} ${a[3]}
a=(a b c); printf '[%s]' "${a[@]/#/x}" "${a[@]/%/y}" "${a[@]^}" "${a[@]#b}"
a=(); printf '[%s]' "${a[@]}" x "${#a[@]}" "${a[@]:-none}" "${a[0]-unset}"
a=(x); i=0; printf '[%s]' ${a[i]} ${a[$i]} ${a[i+1]} "${a[i++]}" $i
a=(x y z); a[1]=Q; a+=w; printf '[%s]' "${a[@]}"
declare -A m; m=([k]=v ["a b"]=c); printf '[%s]' ${m[k]} "${m[a b]}" ${#m[@]} "${m[none]-d}"
a="str"; printf '[%s]' ${a[0]} ${a[@]} ${#a[@]} ${a[1]-no}
x=abc; printf '[%s]' "${x@Q}" "${x@U}" "${x@u}" "${x@L}" "${x@A}" "${x@a}"
x="it's"; printf '[%s]' "${x@Q}"
x=$'a\nb'; printf '[%s]' "${x@Q}" "${x@E}"
x='a\tb'; printf '[%s]' "${x@E}"
a=(1 "2 3"); printf '[%s]' "${a[@]@Q}"
printf '[%s]' ${x!}
printf '[%s]' ${}
printf '[%s]' "${x&y}"
printf '[%s]' ${1a}
printf '[%s]' ${x@Z}
set -u; printf '[%s]' $nope
set -u; printf '[%s]' ${nope}
set -u; printf '[%s]' ${nope-d} ${nope:-e} "${nope+f}"
set -u; printf '[%s]' ${#nope}
set -u; printf '[%s]' ${nope#a}
set -u; printf '[%s]' $1
set -u; printf '[%s]' "$@"
set -u; printf '[%s]' $((nope))
x=1; printf '[%s]' $x$x "$x"'$x' \$x "\$x"
printf '[%s]' "a\b\\c\"d\$e\`f"
printf '[%s]' 'a\b' a\\b a\ b $'a\nb'
printf '[%s]' $'a\tb\x41\101\u00e9\'\\\cA\e'
printf '[%s]' $'a\0b' $'\xZZ' $'\18' $'\q'
printf '[%s]' $"hello $((1))"
printf '[%s]' "$" $ a$ "$ " '$'
printf '[%s]' ""'' "" ''
x=5; printf '[%s]' ${x:+"a b"} ${x:+a b} "${x:+a b}"
x='$y'; y=1; printf '[%s]' $x "$x"
x="a:b"; IFS=:; printf '[%s]' $x "$x" ${y:-c:d} $(echo e:f)
printf '[%s]' "${x:-a{b}c}"
x=abc; printf '[%s]' ${x%%"c"} ${x%%'c'} "${x%%"c"}" "${x/"b"/"z"}"
x='a\b'; printf '[%s]' "$x" $x "${x#a\\}" "${x/\\/-}"
x=aab; y='a*'; printf '[%s]' "${x#$y}" "${x##$y}" "${x#"$y"}"
x=12:34; printf '[%s]' ${x%:*} ${x#*:}
x="  lead"; printf '[%s]' "${x#"${x%%[! ]*}"}"
x=abc; printf '[%s]' "${x:${#x}-1}" "${x:0:${#x}-1}"
""".strip("\n").split("\n")

SPLITTING = r"""
IFS=:; x=a:b:c; printf '[%s]' $x
IFS=:; x=:a::b:; printf '[%s]' $x
IFS=:; x=:; printf '[%s]' $x
IFS=:; x=::; printf '[%s]' $x
IFS=': '; x=' a : b  c :: d '; printf '[%s]' $x
IFS=' :'; x=':a: :b'; printf '[%s]' $x
IFS=,; x='a, b,c'; printf '[%s]' $x
IFS=; x='a b'; printf '[%s]' $x
IFS=x; y=axbxxc; printf '[%s]' $y
IFS=' '; x=$'a\tb c'; printf '[%s]' $x
IFS=$'\n'; x=$'a b\nc\n\nd'; printf '[%s]' $x
IFS=-; x=a-b; printf '[%s]' $x-c"$x"-$x
IFS='\'; x='a\b'; printf '[%s]' $x
IFS=']['; x='a]b[c'; printf '[%s]' $x
IFS=:; x=a:; printf '[%s]' $x"" $x$x
IFS=:; x=:a; printf '[%s]' ""$x b$x
IFS=: ; printf '[%s]' a:b "a:b"
x='a  b'; printf '[%s]' $x"  c  "$x
x=' '; printf '[%s]' a$x b$x""
x=' '; printf '[%s]' $x "$x" a"$x"b a${x}b
printf '[%s]' $(echo 'a  b'; echo c) "$(echo 'a  b'; echo c)"
printf '[%s]' a$(echo b c)d
printf '[%s]' `echo a b` "`echo a b`" `echo \`echo c\``
printf '[%s]' $(echo) "$(echo)" x
printf '[%s]' "$(echo "a  b")" $(echo "$(echo "c  d")")
printf '[%s]' "`echo "a  b"`" "`echo \"a  b\"`" `echo '\$x'` `echo "\\\\"`
x='a*'; printf '[%s]' "$x" '*' "*" \*
""".strip("\n").split("\n")

BRACES = r"""
printf '[%s]' {a,b} {a,b}c d{a,b} d{a,b}c {a,b}{c,d}
printf '[%s]' {a,b,} {,a} {a} {} {a,{b,c}} {a,b{c,d}e}
printf '[%s]' {1..5} {5..1} {1..10..3} {10..1..4} {01..10} {-2..2} {1..3..-1}
printf '[%s]' {a..e} {e..a} {a..i..3} {A..C}
printf '[%s]' {a,b\,c} {a,"b,c"} {"a,b"} {a,'b c'} \{a,b} {a,b\} "{a,b}"
printf '[%s]' a{b a}b a{b,c {a,b}} {{a,b} {a,b{ }{ {,} x{,}y
x=1; printf '[%s]' {$x,2} {$x..3} ${x}{a,b}
printf '[%s]' {a..3} {1..a} {1..} {..1} {1...3} {1.5..2} {a,b}.. {1..2}{a..b}
printf '[%s]' {001..3} {1..003} {-01..1} {1..1} {a..a}
printf '[%s]' pre{x,y}post{1..2} {a,b}$((1+1)) $(echo {c,d}) "$(echo {c,d})"
printf '[%s]' {a,b,{c,{d,e}}} {{1..2},{a..b}} a{,b{,c}}
printf '[%s]' {a, b} {a ,b} {,,} {,,,}x
x={a,b}; printf '[%s]' $x
printf '[%s]' ~{root,nobody} {~,~root}
printf '[%s]' {a,b}{ {a,b}} }{a,b} {a}{b,c} {}{b,c} {a,b}{}
printf '[%s]' /{bin,usr/{bin,lib}}/x file{1,2}.{c,h}
printf '[%s]' ${x:-{a,b}}
""".strip("\n").split("\n")

TILDES = r"""
printf '[%s]' ~ ~/x ~root ~root/x ~nouser x~ ~+ "~" \~ ~"/x"
x=~; printf '[%s]' $x; x=~/a:~/b; printf '[%s]' $x; x="~"; printf '[%s]' $x
x=a~; printf '[%s]' $x; printf '[%s]' a=~ a:~ =~ --x=~ a=b:~
HOME=/h; printf '[%s]' ~ ~/x; HOME='a b'; printf '[%s]' ~
""".strip("\n").split("\n")

GLOBS = r"""
printf '[%s]' *
printf '[%s]' a*
printf '[%s]' *.c
printf '[%s]' ?.c
printf '[%s]' [ab].c
printf '[%s]' [!ab]*
printf '[%s]' [^ab]*
printf '[%s]' [a-c]*
printf '[%s]' .*
printf '[%s]' .h*
printf '[%s]' z*
printf '[%s]' "*" \* '*'
printf '[%s]' */*
printf '[%s]' d/*
printf '[%s]' */
printf '[%s]' d*/x*
printf '[%s]' ./a*
printf '[%s]' d//x*
printf '[%s]' */x
printf '[%s]' a"*" "a"*
x='a*'; printf '[%s]' $x "$x"
x='*.c'; printf '[%s]' $x d/$x
printf '[%s]' {a,b}*.c
printf '[%s]' [[:alpha:]].c [[:digit:]]* [[:upper:]]*
printf '[%s]' a[
printf '[%s]' [a
printf '[%s]' []a]*
printf '[%s]' *[
printf '[%s]' a?b*
printf '[%s]' "a b"*
x='a b*'; printf '[%s]' $x
printf '[%s]' *' '*
set -f; printf '[%s]' *
shopt -s nullglob; printf '[%s]' z* x
shopt -s dotglob; printf '[%s]' *
printf '[%s]' nodir/*
printf '[%s]' *x*
printf '[%s]' ${y:-*.c} "${y:-*.c}"
printf '[%s]' $(echo '*.c') "$(echo '*.c')"
printf '[%s]' [a-z]*[!c]
printf '[%s]' a.[a-z] [a.]*c
printf '[%s]' *"b"*
printf '[%s]' d/./x* d/../a.c
""".strip("\n").split("\n")

TESTS = r"""
[[ abc == a* ]]
[[ abc == "a*" ]]
[[ 'a*' == "a*" ]]
[[ abc == 'a'* ]]
[[ abc == a"b"? ]]
[[ abc != a* ]]
x='a*'; [[ abc == $x ]]
x='a*'; [[ abc == "$x" ]]
x='a*'; [[ abc == $x"c" ]]
[[ "a b" == a\ b ]]
[[ "a b" == a* ]]
[[ abc == @(abc|d) ]]
[[ abcabc == +(abc) ]]
[[ abd == !(abc) ]]
[[ abc == a[b-c]c ]]
[[ abc == [[:alpha:]]* ]]
x="a b"; [[ $x == "a b" ]]
[[ ~ == /root ]]
[[ '~' == ~ ]]
[[ a\\b == a\\b ]]
[[ 'a\b' == 'a\b' ]]
[[ '[a]' == '[a]' ]]
[[ '[a]' == [a] ]]
[[ a == '[a]' ]]
[[ abc =~ b ]]
[[ abc =~ ^b ]]
[[ abc =~ ^a.c$ ]]
[[ abc =~ "a.c" ]]
[[ 'a.c' =~ "a.c" ]]
[[ a.c =~ a\.c ]]
[[ abc =~ a\.c ]]
[[ abc =~ (b|x)c ]]
x='^a.c$'; [[ abc =~ $x ]]
x='^a.c$'; [[ abc =~ "$x" ]]
[[ "a b" =~ a\ b ]]
[[ "a b" =~ (a b) ]]
[[ aab =~ ^a{2}b$ ]]
[[ 123 =~ ^[0-9]+$ ]]
[[ 1a3 =~ ^[0-9]+$ ]]
[[ 'x(y' =~ '(' ]]
[[ 'x|y' =~ x"|"y ]]
[[ $(echo abc) == "$(echo abc)" ]]
""".strip("\n").split("\n")

DOCUMENTS = r"""
cat <<E\na $x b\nE
x=1; cat <<E\na $x ${x}b "$x" '$x' \$x \\ \q \`\nE
cat <<E\n$(echo "a b") `echo c` $((1+2))\nE
cat <<'E'\n$x $(a) \$ `b\nE
cat <<E\na\\\nb\nE
cat <<-E\n\ta\n\t\tb\n\tE
set -- a "b c"; cat <<E\n$@ $* $# $1\nE
cat <<E\n${x:-d e} ${x:-"q"} ~ * {a,b}\nE
cat <<"E"\n"a"\nE
cat <<\E\n$a\nE
cat <<E\n\nE
cat <<E\nE
x=abc; cat <<E\n${x#a} ${x/b/"Z"} ${#x}\nE
""".strip("\n").split("\n")
