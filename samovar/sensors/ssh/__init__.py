"""SSH: asyncssh owns the socket and is bent into OpenSSH's shape; see ``transport`` for how."""

from samovar.sensors.ssh.sensor import Ssh

__all__ = ["Ssh"]
