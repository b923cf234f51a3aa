"""Commands: network."""

from samovar.shell.commands.network.curl import curl
from samovar.shell.commands.network.ip import ip
from samovar.shell.commands.network.nettools import arp, ifconfig, route
from samovar.shell.commands.network.sockets import netstat, ss
from samovar.shell.commands.network.wget import wget
from samovar.shell.kernel.process import Command

NETWORK: dict[str, Command] = {
    "arp": arp, "curl": curl, "ifconfig": ifconfig, "ip": ip, "netstat": netstat, "route": route, "ss": ss,
    "wget": wget,
}  # fmt: skip
