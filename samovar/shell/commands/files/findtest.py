"""find's expression: words to one test."""

import re
from collections.abc import Callable, Generator

from samovar.shell.commands.files.dates import when
from samovar.shell.commands.files.findprint import Found, formatted, last, ls_line
from samovar.shell.commands.files.ls import Lister
from samovar.shell.commands.files.names import group_name, group_number, symbolic, user_name, user_number
from samovar.shell.commands.options import Options
from samovar.shell.commands.text.pattern import PatternFault
from samovar.shell.commands.text.regex import Regex
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait
from samovar.shell.words.pattern import matches

_MAX_TERMS = 500


_MAX_BATCH = 1000  # paths for one -exec ... +


Answer = Generator[Wait, bytes, bool]


Test = Callable[[Found], Answer]


class Misuse(Exception):
    pass


class Quit(Exception):
    pass


def _said(test: Callable[[Found], bool]) -> Test:
    """A test that waits for nothing."""

    def ask(found: Found) -> Answer:
        return test(found)
        yield

    return ask


class Expression:
    """Reads the words behind the paths into one test."""

    def __init__(self, p: Process, words: list[str]) -> None:
        self.p, self.words, self.place, self.terms = p, words, 0, 0
        self.acts = self.deepest_first = False
        self.least, self.most = 0, 1 << 30
        self.batches: list[tuple[list[str], list[str]]] = []
        self.status = 0
        self.same_device = False

    def whole(self) -> Test:
        if not self.words:
            return self._printing("\n")
        test = self._either()
        if self.place < len(self.words):
            raise Misuse(
                "you have too many ')'"
                if self.words[self.place] == ")"
                else "paths must precede expression: `" + self.words[self.place] + "'"
            )
        if self.acts:
            return test
        last = self._printing("\n")

        def ask(found: Found) -> Answer:
            return (yield from test(found)) and (yield from last(found))

        return ask

    def _next(self) -> str:
        self.place += 1
        return self.words[self.place - 1]

    def _peek(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def _either(self) -> Test:
        parts = [self._both()]
        while self._peek() in ("-o", "-or", ","):
            self.place += 1
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]

        def ask(found: Found) -> Answer:
            for part in parts:
                if (yield from part(found)):
                    return True
            return False

        return ask

    def _both(self) -> Test:
        parts = [self._term()]
        while self.place < len(self.words) and self._peek() not in ("-o", "-or", ",", ")"):
            if self._peek() in ("-a", "-and"):
                self.place += 1
            parts.append(self._term())
        if len(parts) == 1:
            return parts[0]

        def ask(found: Found) -> Answer:
            for part in parts:
                if not (yield from part(found)):
                    return False
            return True

        return ask

    def _term(self) -> Test:
        self.terms += 1
        if self.place >= len(self.words) or self.terms > _MAX_TERMS:
            raise Misuse("expected an expression after `" + (self.words[-1] if self.words else "") + "'")
        word = self._next()
        if word in ("!", "-not"):
            inner = self._term()

            def ask(found: Found) -> Answer:
                return not (yield from inner(found))

            return ask
        if word == "(":
            test = self._either()
            if self._peek() != ")":
                raise Misuse("invalid expression; I was expecting to find a ')' somewhere but did not see one.")
            self.place += 1
            return test
        return self._primary(word)

    def _value(self, word: str) -> str:
        if self.place >= len(self.words):
            raise Misuse(f"missing argument to `{word}'")
        return self._next()

    def _primary(self, word: str) -> Test:
        if not word.startswith("-"):
            raise Misuse(f"paths must precede expression: `{word}'")
        if word in ("-maxdepth", "-mindepth"):
            text = self._value(word)
            if not text.isdecimal():
                raise Misuse(f"Expected a positive decimal integer argument to {word}, but got {text!r}")
            if word == "-maxdepth":
                self.most = int(text[:9])
            else:
                self.least = int(text[:9])
            return _said(lambda found: True)
        if word in (
            "-xdev",
            "-mount",
            "-depth",
            "-d",
            "-noleaf",
            "-warn",
            "-nowarn",
            "-daystart",
            "-follow",
            "-ignore_readdir_race",
        ):
            self.deepest_first |= word in ("-depth", "-d")
            self.same_device |= word in ("-xdev", "-mount")
            return _said(lambda found: True)
        if word in ("-exec", "-execdir", "-ok", "-okdir"):
            return self._exec(word)
        action = self._action(word)
        return action if action is not None else _said(self._test(word))

    # actions --------------------------------------------------------------------------------------------

    def _printing(self, end: str) -> Test:
        def ask(found: Found) -> Answer:
            self.p.out(found.path + end)
            yield from self.p.flush()
            return True

        return ask

    def _action(self, word: str) -> Test | None:
        if word == "-quit":
            self.acts = True

            def leave(found: Found) -> bool:
                raise Quit

            return _said(leave)
        if word == "-prune":

            def prune(found: Found) -> bool:
                found.pruned = True
                return True

            return _said(prune)
        if word not in ("-print", "-print0", "-printf", "-ls", "-delete", "-fprint", "-fls"):
            return None
        self.acts = True
        if word == "-delete":
            self.deepest_first = True
            return _said(self._delete)
        if word == "-printf":
            form = self._value(word)
            return _said(lambda found: self._print(formatted(self.p, form, found)))
        if word in ("-ls", "-fls"):
            lister = Lister(self.p, Options([("l", "")], []), tty=False)
            return _said(lambda found: self._print(ls_line(lister, found)))
        if word == "-fprint":
            self._value(word)
        return self._printing("\0" if word == "-print0" else "\n")

    def _print(self, text: str) -> bool:
        self.p.out(text)
        return True

    def _delete(self, found: Found) -> bool:
        try:
            (self.p.view.rmdir if found.stat.kind == "d" else self.p.view.unlink)(self.p.path(found.path))
        except Fault as fault:
            self.p.err(f"find: cannot delete '{found.path}': {fault.text}\n")
            self.status = 1
            return False
        return True

    def _exec(self, word: str) -> Test:
        self.acts = True
        argv: list[str] = []
        while True:
            part = self._value(word)
            if part == ";":
                break
            if part == "+" and argv and argv[-1] == "{}":
                batch = (argv[:-1], list[str]())
                self.batches.append(batch)
                return lambda found: self._collect(batch, found)
            argv.append(part)
        if not argv:
            raise Misuse(f"missing argument to `{word}'")
        base = word.endswith("dir")

        def ask(found: Found) -> Answer:
            name = "./" + found.path.rpartition("/")[2] if base else found.path
            words = [part.replace("{}", name) for part in argv]
            return (yield from run(self.p, words)) == 0

        return ask

    def _collect(self, batch: tuple[list[str], list[str]], found: Found) -> Answer:
        batch[1].append(found.path)
        if len(batch[1]) >= _MAX_BATCH:
            yield from self.finish()
        return True

    def finish(self) -> Generator[Wait, bytes, None]:
        """Run what -exec ... + has collected."""
        for argv, paths in self.batches:
            if paths:
                words, paths[:] = [*argv, *paths], []
                if (yield from run(self.p, words)):
                    self.status = 1

    # tests ----------------------------------------------------------------------------------------------

    def _test(self, word: str) -> Callable[[Found], bool]:
        p = self.p
        if word == "-true":
            return lambda found: True
        if word == "-false":
            return lambda found: False
        if word == "-empty":
            return self._empty
        if word in ("-readable", "-writable", "-executable"):
            wanted = {"-readable": 4, "-writable": 2, "-executable": 1}[word]
            return lambda found: p.may(found.path, wanted)
        if word in ("-nouser", "-nogroup"):
            return lambda found: (
                user_name(p, found.stat.uid) if word == "-nouser" else group_name(p, found.stat.gid)
            ).isdecimal()
        known = (
            "-name -iname -path -ipath -wholename -iwholename -lname -ilname "
            "-regex -iregex -type -xtype -size -mtime -atime -ctime "
            "-mmin -amin -cmin -newer -anewer -cnewer -newermt -user -group "
            "-uid -gid -perm -links -inum -samefile -regextype -fstype -used"
        )
        if word not in known.split():
            raise Misuse(f"unknown predicate `{word}'")
        return self._valued(word, self._value(word))

    def _valued(self, word: str, text: str) -> Callable[[Found], bool]:
        p = self.p
        fold = word in ("-iname", "-ipath", "-ilname", "-iwholename")
        shape = text.lower() if fold else text
        if word in ("-name", "-iname"):
            return lambda found: matches(last(found.path).lower() if fold else last(found.path), shape)
        if word in ("-path", "-ipath", "-wholename", "-iwholename"):
            return lambda found: matches(found.path.lower() if fold else found.path, shape)
        if word in ("-lname", "-ilname"):
            return lambda found: found.stat.kind == "l" and matches(p.view.readlink(p.path(found.path)), shape)
        if word in ("-regex", "-iregex"):
            return self._regex(text, fold=word == "-iregex")
        if word in ("-type", "-xtype"):
            if not set(text) <= set("bcdpfls,"):
                raise Misuse(f"Unknown argument to -type: {text[:1]}")
            return lambda found: found.stat.kind in text.split(",")
        if word == "-perm":
            return self._perm(text)
        if word in ("-newer", "-anewer", "-cnewer", "-newermt"):
            return self._newer(word, text)
        if word in ("-user", "-group", "-uid", "-gid"):
            return self._owner(word, text)
        if word == "-samefile":
            ino = p.view.stat(p.path(text)).ino
            return lambda found: found.stat.ino == ino
        if word in ("-regextype", "-fstype"):
            return lambda found: word == "-regextype" or text in ("ext4", "ext2/ext3")
        return self._number(word, text)

    def _number(self, word: str, text: str) -> Callable[[Found], bool]:
        sign = text[:1] if text[:1] in "+-" else ""
        body = text[len(sign) :]
        unit = body[-1:] if word == "-size" and body[-1:] in tuple("bcwkMG") else ""
        digits = body.removesuffix(unit) if unit else body
        if not re.fullmatch(r"\d{1,15}(\.\d{1,6})?", digits):
            raise Misuse(
                f"Invalid argument `{text}' to {word}" if word == "-size" else f"invalid argument `{text}' to `{word}'"
            )
        wanted = float(digits)
        divisor = {"": 512, "b": 512, "c": 1, "w": 2, "k": 1024, "M": 1 << 20, "G": 1 << 30}[unit]

        def value(found: Found) -> float:
            stat = found.stat
            if word == "-size":
                return -(-stat.size // divisor)
            if word in ("-links", "-inum"):
                return stat.nlink if word == "-links" else stat.ino
            moment = {"m": stat.mtime, "a": stat.atime, "c": stat.ctime}.get(word[1], stat.mtime)
            return int((self.p.now - moment) // (60 if word.endswith("min") else 86_400))

        return lambda found: (
            value(found) > wanted if sign == "+" else value(found) < wanted if sign == "-" else value(found) == wanted
        )

    def _perm(self, text: str) -> Callable[[Found], bool]:
        sign = text[:1] if text[:1] in "-/" else ""
        bits = symbolic(0, text[len(sign) :], 0, directory=False)
        if bits is None:
            raise Misuse(f"invalid mode `{text}'")
        if sign == "-":
            return lambda found: found.stat.mode & bits == bits
        return (
            (lambda found: bool(found.stat.mode & bits) or not bits)
            if sign
            else (lambda found: found.stat.mode == bits)
        )

    def _newer(self, word: str, text: str) -> Callable[[Found], bool]:
        if word == "-newermt":
            moment = when(text, self.p.now)
            if moment is None:
                raise Misuse(f"I cannot figure out how to interpret `{text}' as a date or time")
        else:
            try:
                moment = self.p.view.stat(self.p.path(text)).mtime
            except Fault as fault:
                raise Misuse(f"'{text}': {fault.text}") from None
        return lambda found: {"a": found.stat.atime, "c": found.stat.ctime}.get(word[1], found.stat.mtime) > moment

    def _owner(self, word: str, text: str) -> Callable[[Found], bool]:
        user = word in ("-user", "-uid")
        number = (user_number if user else group_number)(self.p, text)
        if number is None:
            raise Misuse(f"'{text}' is not the name of a known {'user' if user else 'group'}")
        return lambda found: (found.stat.uid if user else found.stat.gid) == number

    def _regex(self, text: str, *, fold: bool) -> Callable[[Found], bool]:
        try:
            pattern = Regex(text, "basic", self.p.spend, ignore_case=fold, whole="line")
        except PatternFault as fault:
            raise Misuse(f"failed to compile regular expression '{text}': {fault}") from None
        return lambda found: pattern.test(found.path)

    def _empty(self, found: Found) -> bool:
        if found.stat.kind == "f":
            return not found.stat.size
        try:
            return found.stat.kind == "d" and not self.p.view.listing(self.p.path(found.path))
        except Fault:
            return False


def run(p: Process, argv: list[str]) -> Generator[Wait, bytes, int]:
    """Run a command; say where there is none."""
    status = yield from p.execute(argv)
    if status == 127:
        p.err(f"{p.name}: '{argv[0]}': No such file or directory\n")
    return status
