"""Commands: network."""

from samovar.shell.commands.network.curl import curl
from samovar.shell.commands.network.wget import wget
from samovar.shell.kernel.process import Command

NETWORK: dict[str, Command] = {"curl": curl, "wget": wget}
