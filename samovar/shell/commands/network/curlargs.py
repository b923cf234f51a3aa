"""What a call of curl asks for."""

from samovar.shell.kernel.process import Process

TRY = "curl: try 'curl --help' or 'curl --manual' for more information\n"
_VALUES = {
    "o": "o", "d": "d", "H": "H", "A": "A", "e": "e", "X": "X", "u": "u", "m": "m", "x": "x", "T": "T", "w": "w",
    "b": "b", "c": "_", "D": "_", "F": "F", "K": "_", "r": "_", "y": "_", "Y": "_", "z": "_", "E": "_", "C": "_",
    "t": "_", "Q": "_", "U": "_", "P": "_",
}  # fmt: skip
_FLAGS = "sSfkLiIOJvGgN#046aqRVhZ123lpBjMn"
_LONG = {
    "output": "o=", "data": "d=", "data-raw": "d=", "data-binary": "d=", "data-ascii": "d=", "data-urlencode": "d=",
    "header": "H=", "user-agent": "A=", "referer": "e=", "request": "X=", "user": "u=", "max-time": "m=", "proxy":
    "x=", "socks5": "x=", "socks4": "x=", "socks5-hostname": "x=", "upload-file": "T=", "write-out": "w=", "cookie":
    "b=", "form": "F=", "connect-timeout": "connect=", "url": "url=", "output-dir": "dir=", "cookie-jar": "_=",
    "dump-header": "_=", "config": "_=", "range": "_=", "retry": "_=", "retry-delay": "_=", "retry-max-time": "_=",
    "max-redirs": "_=", "limit-rate": "_=", "speed-limit": "_=", "speed-time": "_=", "interface": "_=", "cacert": "_=",
    "capath": "_=", "cert": "_=", "key": "_=", "resolve": "_=", "ciphers": "_=", "max-filesize": "_=", "json": "d=",
    "proto": "_=", "proto-default": "_=", "dns-servers": "_=", "continue-at": "_=",
    "keepalive-time": "_=", "noproxy": "_=",
    "proto-redir": "_=", "unix-socket": "_=", "silent": "s", "show-error": "S", "fail": "f", "insecure": "k",
    "location": "L", "include": "i", "head": "I", "remote-name": "O", "remote-header-name": "J", "verbose": "v",
    "get": "G", "globoff": "_", "progress-bar": "#", "version": "V", "help": "h", "compressed": "_", "ipv4": "_",
    "ipv6": "_", "http1.0": "_", "http1.1": "_", "http2": "_", "tlsv1": "_", "tlsv1.2": "_", "tlsv1.3": "_",
    "fail-with-body": "_", "create-dirs": "dirs", "location-trusted": "L", "remote-name-all": "O", "no-buffer": "_",
    "retry-connrefused": "_", "retry-all-errors": "_", "no-progress-meter": "s", "disable": "_", "path-as-is": "_",
    "anyauth": "_", "basic": "_", "digest": "_", "ntlm": "_", "ssl": "_", "ssl-reqd": "_", "tcp-nodelay": "_",
    "no-keepalive": "_", "parallel": "_", "styled-output": "_", "raw": "_", "append": "_", "remote-time": "_",
    "fail-early": "_", "ssl-no-revoke": "_", "doh-insecure": "_", "tr-encoding": "_", "ftp-pasv": "_",
}  # fmt: skip


class Misuse(Exception):
    """A call that curl refuses: what it says."""


class Arguments:
    """Options and URLs."""

    def __init__(self) -> None:
        self.flags: list[tuple[str, str]] = []
        self.urls: list[str] = []

    def __contains__(self, name: str) -> bool:
        return any(name == flag for flag, _ in self.flags)

    def value(self, name: str, default: str = "") -> str:
        """The last value given."""
        return next((value for flag, value in reversed(self.flags) if flag == name), default)

    def values(self, name: str) -> list[str]:
        """All values given."""
        return [value for flag, value in self.flags if flag == name]


def read_arguments(p: Process) -> Arguments:
    """Read ``argv``. Raises Misuse."""
    found, words, place = Arguments(), p.argv[1:], 0
    plain = False
    while place < len(words):
        word = words[place]
        place += 1
        if plain or not word.startswith("-") or word == "-":
            found.urls.append(word)
        elif word == "--":
            plain = True
        elif word.startswith("--"):
            place = _long(found, words, place)
        else:
            place = _short(found, words, place)
    found.urls += found.values("url")
    return found


def _long(found: Arguments, words: list[str], place: int) -> int:
    name = words[place - 1][2:]
    positive = name.removeprefix("no-") if name not in _LONG else name
    matches = [positive] if positive in _LONG else [known for known in _LONG if known.startswith(name)]
    if len(matches) != 1:
        raise Misuse(f"option --{name}: is {'ambiguous' if matches else 'unknown'}")
    target = _LONG[matches[0]]
    if not target.endswith("="):
        if positive == name or matches[0] != positive:
            found.flags.append((target, ""))
        return place
    if place >= len(words):
        raise Misuse(f"option --{name}: requires parameter")
    found.flags.append((target[:-1], words[place]))
    return place + 1


def _short(found: Arguments, words: list[str], place: int) -> int:
    word = words[place - 1]
    for number, letter in enumerate(word[1:], 1):
        if letter in _VALUES:
            value = word[number + 1 :]
            if not value:
                if place >= len(words):
                    raise Misuse(f"option {word}: requires parameter")
                value, place = words[place], place + 1
            found.flags.append((_VALUES[letter], value))
            break
        if letter not in _FLAGS:
            raise Misuse(f"option {word}: is unknown")
        found.flags.append((letter, ""))
    return place
