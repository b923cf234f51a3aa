"""Commands: text."""

from samovar.shell.commands.text.cat import cat, more
from samovar.shell.commands.text.cut import cut
from samovar.shell.commands.text.echo import echo
from samovar.shell.commands.text.head import head
from samovar.shell.commands.text.printf import printf
from samovar.shell.commands.text.simple import rev, tac, tee, yes
from samovar.shell.commands.text.tail import tail
from samovar.shell.commands.text.tr import tr
from samovar.shell.commands.text.wc import wc
from samovar.shell.kernel.process import Command

TEXT: dict[str, Command] = {
    "cat": cat, "cut": cut, "echo": echo, "head": head, "less": more, "more": more, "printf": printf, "rev": rev,
    "tac": tac, "tail": tail, "tee": tee, "tr": tr, "wc": wc, "yes": yes,
}  # fmt: skip
