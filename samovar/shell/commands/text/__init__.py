"""Commands: text."""

from samovar.shell.commands.text.awk.command import awk
from samovar.shell.commands.text.cat import cat, more
from samovar.shell.commands.text.cut import cut
from samovar.shell.commands.text.echo import echo
from samovar.shell.commands.text.encode import base, hexdump, od, strings, xxd
from samovar.shell.commands.text.grep import grep
from samovar.shell.commands.text.head import head
from samovar.shell.commands.text.numbers import expr, factor, seq, shuf
from samovar.shell.commands.text.printf import printf
from samovar.shell.commands.text.sed import sed
from samovar.shell.commands.text.simple import rev, tac, tee, yes
from samovar.shell.commands.text.sort import sort, uniq
from samovar.shell.commands.text.sums import bsd_sum, cksum, sums
from samovar.shell.commands.text.tail import tail
from samovar.shell.commands.text.tr import tr
from samovar.shell.commands.text.wc import wc
from samovar.shell.kernel.process import Command

TEXT: dict[str, Command] = {
    "awk": awk, "mawk": awk,
    "cat": cat, "cut": cut, "echo": echo, "egrep": grep,
    "fgrep": grep, "grep": grep, "zgrep": grep,
    "head": head, "less": more, "more": more, "printf": printf, "rev": rev,
    "tac": tac, "tail": tail, "tee": tee, "tr": tr, "wc": wc, "yes": yes,
    "base64": base, "base32": base, "xxd": xxd, "hexdump": hexdump, "hd": hexdump, "od": od, "strings": strings,
    "seq": seq, "expr": expr, "factor": factor, "shuf": shuf, "cksum": cksum, "sum": bsd_sum,
    "md5sum": sums, "sha1sum": sums, "sha224sum": sums, "sha256sum": sums, "sha384sum": sums, "sha512sum": sums,
    "b2sum": sums, "sort": sort, "uniq": uniq, "sed": sed,
}  # fmt: skip
