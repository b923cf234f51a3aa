"""FTP as vsftpd 3.0.3 speaks it."""

from samovar.sensors.ftp.sensor import Ftp

__all__ = ["Ftp"]
