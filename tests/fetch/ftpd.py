"""pyftpdlib in a process of its own: it stands on modules that Python calls outdated. ``ftpd.py ADDRESS FOLDER``."""

import sys

from pyftpdlib.authorizers import DummyAuthorizer  # type: ignore[import-untyped]
from pyftpdlib.handlers import FTPHandler  # type: ignore[import-untyped]
from pyftpdlib.servers import FTPServer  # type: ignore[import-untyped]


def serve(address: str, folder: str) -> None:
    """For anyone, and for one who knows a password; the port is printed."""
    FTPHandler.authorizer = DummyAuthorizer()
    FTPHandler.authorizer.add_anonymous(folder)
    FTPHandler.authorizer.add_user("us@er", "pa:ss", folder)
    FTPHandler.banner = "so long that it takes two lines " * 4
    server = FTPServer((address, 0), FTPHandler)
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()


serve(*sys.argv[1:])
