"""Commands: network."""

from samovar.shell.commands.network.clients import nc, ping, scp, ssh, telnet
from samovar.shell.commands.network.curl import curl
from samovar.shell.commands.network.ip import ip
from samovar.shell.commands.network.nettools import arp, ifconfig, route
from samovar.shell.commands.network.sockets import netstat, ss
from samovar.shell.commands.network.transfer import ftpget, tftp
from samovar.shell.commands.network.wget import wget
from samovar.shell.kernel.process import Command

NETWORK: dict[str, Command] = {
    "arp": arp, "curl": curl, "ifconfig": ifconfig, "ip": ip, "netstat": netstat, "route": route, "ss": ss,
    "wget": wget, "tftp": tftp, "ftpget": ftpget, "ftpput": ftpget, "nc": nc, "netcat": nc, "nc.openbsd": nc,
    "telnet": telnet, "telnet.netkit": telnet, "inetutils-telnet": telnet, "ping": ping, "ping4": ping, "ssh": ssh,
    "scp": scp,
}  # fmt: skip
