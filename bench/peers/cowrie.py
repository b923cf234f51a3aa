"""Cowrie from PyPI as its guide says, with one login that works and without its fixed second before each refusal."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers.environment import python, unprivileged
from bench.peers.process import Server

VERSION = "3.1.4"
_RUN = (
    "from twisted.conch.ssh.userauth import SSHUserAuthServer; SSHUserAuthServer.passwordDelay = 0; "
    "from twisted.scripts.twistd import run; run()"
)
_ARGUMENTS = ("-n", "--umask=0022", "--pidfile=", "--logger", "cowrie.python.logfile.logger", "cowrie")


def prepared() -> Path:
    """Its interpreter; makes its environment where that is missing, which takes the network."""
    return python("cowrie", VERSION)


@contextmanager
def cowrie(port: int, password: str) -> Iterator[Server]:
    """Listening on loopback; root gets in with ``password`` and nothing else does."""
    interpreter = prepared()
    with TemporaryDirectory(prefix="cowrie") as name:
        folder = Path(name)
        init = [str(interpreter.parent / "cowrie"), "init"]
        subprocess.run(unprivileged(init), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (folder / "etc" / "userdb.txt").write_text(f"root:x:{password}\n")
        settings = {"COWRIE_SSH_LISTEN_ENDPOINTS": f"tcp:{port}:interface=127.0.0.1"}
        command = unprivileged([str(interpreter), "-c", _RUN, *_ARGUMENTS])
        with Server(command, folder, settings) as server:
            yield server
