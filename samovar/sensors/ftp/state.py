"""What a logged-in session remembers between commands."""

from samovar.sensor import Peer
from samovar.sensors.ftp.content import ANONYMOUS_UID
from samovar.sensors.ftp.features import Features
from samovar.sensors.ftp.tree import Tree


class State:
    """Of one control connection; lives as long as it."""

    def __init__(
        self, tree: Tree, features: Features, peer: Peer, user: str, idle_timeout: float, max_upload: int
    ) -> None:
        self.tree, self.features, self.peer, self.user = tree, features, peer, user
        self.idle_timeout, self.max_upload = idle_timeout, max_upload
        self.guest = tree.uid == ANONYMOUS_UID
        self.passive = False  # a data port is reserved
        self.extended_only = False  # EPSV ALL was said (RFC 2428 section 4)
        self.ascii = True
        self.restart = 0
        self.renaming: bytes | None = None
        self.umask = 0o77
