"""Commands that mean the same before and after log-in: FEAT, OPTS, and protection (RFC 4217)."""

from samovar.sensor import Send
from samovar.sensors.ftp.wire import Command, reply


class Features:
    """What the server offers, and how far this session has come with TLS."""

    def __init__(self, tls: bool) -> None:
        self.tls = tls
        self.secure = False

    def answer(self, command: Command) -> Send | None:
        """The reply, or None where the command is not one of these."""
        match command.verb:
            case "FEAT":
                return self._listed()
            case "OPTS" if command.argument.upper() == b"UTF8 ON":
                return reply(200, "Always in UTF8 mode.")
            case "OPTS":
                return reply(501, "Option not understood.")
            case "PBSZ" | "PROT" if self.tls and not self.secure:
                return reply(503, f"{command.verb} needs a secure connection.")
            case "PBSZ" if self.tls:
                return reply(200, "PBSZ set to 0.")
            case "PROT" if self.tls:
                return self._protect(command.argument.upper())
        return None

    def _protect(self, level: bytes) -> Send:
        # Data connections are always plain here, so Private is refused, in the words vsftpd has for E and S.
        if level == b"C":
            return reply(200, "PROT now Clear.")
        if level in (b"P", b"S", b"E"):
            return reply(536, "PROT not supported.")
        return reply(504, "PROT not recognized.")

    def _listed(self) -> Send:
        offered = {"EPRT", "EPSV", "MDTM", "PASV", "REST STREAM", "SIZE", "TVFS"}
        if self.tls:
            offered |= {"AUTH TLS", "PBSZ", "PROT"}
        lines = "".join(f" {feature}\r\n" for feature in sorted(offered))
        return Send(f"211-Features:\r\n{lines}211 End\r\n".encode())
