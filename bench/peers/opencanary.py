"""opencanary from PyPI, with its web page and its FTP server."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers.environment import python, unprivileged
from bench.peers.process import Server

VERSION = "0.9.10"


@contextmanager
def opencanary(*, http: int = 0, ftp: int = 0) -> Iterator[Server]:
    """Listening on loopback on the ports given, and logging to a file."""
    interpreter = python("opencanary", VERSION)
    with TemporaryDirectory(prefix="opencanary") as name:
        folder = Path(name)
        settings = {
            "device.node_id": "bench", "device.listen_addr": "127.0.0.1", "ip.ignorelist": [],
            "http.enabled": bool(http), "http.port": http or 80, "http.skin": "basicLogin", "http.banner": "Apache",
            "ftp.enabled": bool(ftp), "ftp.port": ftp or 21, "ftp.banner": "FTP server ready",
            "logger": {"class": "PyLogger", "kwargs": {"formatters": {"plain": {"format": "%(message)s"}}, "handlers": {
                "file": {"class": "logging.FileHandler", "filename": str(folder / "log")}}}},
        }  # fmt: skip
        (folder / "opencanary.conf").write_text(json.dumps(settings))
        run = [str(interpreter.parent / "twistd"), "-noy", str(interpreter.parent / "opencanary.tac"), "--pidfile="]
        with Server(unprivileged([str(interpreter), *run]), folder, {"HOME": name}) as server:
            yield server
