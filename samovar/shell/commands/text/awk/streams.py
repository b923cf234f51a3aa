"""What an awk program reads and writes: files and commands that stay open until they are closed."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from samovar.shell.commands.text.awk.tree import Fatal
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.descriptor import BrokenPipe, Stream
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.process import CHUNK, Process
from samovar.shell.kernel.wait import Readable, Wait, Writable

if TYPE_CHECKING:
    from samovar.shell.commands.text.regex import Regex

MAX_RECORD = 1 << 20
MAX_STREAMS = 64


class Source:
    """Records of one stream."""

    def __init__(self, process: Process, stream: Stream | None, child: Process | None = None) -> None:
        self.process, self.stream, self.child = process, stream, child
        self.held, self.ended = "", stream is None
        if stream is not None:
            stream.users += 1

    def release(self) -> None:
        """Nobody reads it any more."""
        if self.stream is not None:
            self.stream.users -= 1
            self.stream = None

    def _more(self) -> Generator[Wait, bytes, None]:
        if self.stream is None or len(self.held) >= MAX_RECORD:
            self.ended = True
            return
        self.process.push()
        while (data := self.stream.read(CHUNK)) is None:
            yield Readable(self.stream)
        self.held += data.decode("latin-1")
        self.process.spend(1 + (len(self.held) >> 14))
        self.ended = not data

    def record(self, separator: str, regex: "Regex | None") -> Generator[Wait, bytes, str | None]:
        """The next record, None at the end; no separator: paragraphs."""
        while True:
            if not separator:
                self.held = self.held.lstrip("\n")
            found = self._cut(separator, regex)
            if found is not None and (found[1] < len(self.held) or len(separator) == 1 or self.ended):
                record, self.held = self.held[: found[0]], self.held[found[1] :]
                return record
            if self.ended:
                break
            yield from self._more()
        if not self.held:
            return None
        record, self.held = self.held, ""
        return record[:-1] if not separator and record.endswith("\n") else record

    def _cut(self, separator: str, regex: "Regex | None") -> tuple[int, int] | None:
        if regex is not None:
            match = regex.search(self.held)
            return (match.start, match.end) if match is not None and match.end > match.start else None
        place = self.held.find(separator or "\n\n")
        if place < 0:
            return None
        end = place + (len(separator) or 2)
        while not separator and self.held[end : end + 1] == "\n":
            end += 1
        return place, end


class Sink:
    """A file or a command that is written to."""

    def __init__(self, process: Process, stream: Stream, child: Process | None = None) -> None:
        self.process, self.stream, self.child = process, stream, child
        self.held = bytearray()
        stream.users += 1

    def release(self) -> None:
        """Nothing more is written."""
        self.stream.users -= 1

    def write(self, text: str) -> Generator[Wait, bytes, None]:
        """Text, held until there is enough."""
        self.held += text.encode("latin-1", "replace")
        if len(self.held) >= CHUNK:
            yield from self.flush()

    def flush(self) -> Generator[Wait, bytes, None]:
        """Hand it over."""
        data, self.held = bytes(self.held), bytearray()
        if not data:
            return
        self.process.spend(1 + (len(data) >> 14))
        while not self.stream.room:
            yield Writable(self.stream)
        try:
            self.stream.write(data)
        except BrokenPipe:
            return
        except Fault as fault:
            raise Fatal(f"write failure\nmawk: close failure ({fault.text})") from None


class Streams:
    """All that is open, by name."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.sources: dict[tuple[str, str], Source] = {}
        self.sinks: dict[str, Sink] = {}

    def _limit(self) -> None:
        if len(self.sources) + len(self.sinks) >= MAX_STREAMS:
            raise Fatal("cannot open: Too many open files")

    def source(self, kind: str, name: str) -> Source:
        """A file (``<``) or a command (``|``) to read. Raises Fault."""
        found = self.sources.get((kind, name))
        if found is None:
            self._limit()
            if kind == "|":
                found = self._command(name)
            elif name in ("-", "/dev/stdin"):
                found = Source(self.process, self.process.descriptors.get(0))
            else:
                found = Source(self.process, opened(self.process, name, "r"))
            self.sources[kind, name] = found
        return found

    def _child(self, command: str, descriptors: dict[int, Stream]) -> Process | None:
        process = self.process
        process.push()
        return process.kernel.command(process, ["/bin/sh", "-c", command], process.environment, descriptors)

    def _command(self, command: str) -> Source:
        pipe = self.process.kernel.pipe()
        source = Source(self.process, pipe.exit)
        source.child = self._child(command, self.process.descriptors | {1: pipe.entry})
        return source

    def sink(self, mode: str, name: str) -> Sink:
        """A file (``>``, ``>>``) or a command (``|``) to write to. Raises Fatal."""
        found = self.sinks.get(name)
        if found is None:
            self._limit()
            if mode == "|":
                pipe = self.process.kernel.pipe()
                found = Sink(self.process, pipe.entry)
                self.sinks[name] = found
                pipe.exit.users += 1
                try:
                    found.child = self._child(name, self.process.descriptors | {0: pipe.exit})
                finally:
                    pipe.exit.users -= 1
                return found
            try:
                found = Sink(self.process, opened(self.process, name, "w" if mode == ">" else "a"))
            except Fault as fault:
                raise Fatal(f'cannot open "{name}" for output ({fault.text})') from None
            self.sinks[name] = found
        return found

    def flush(self) -> Generator[Wait, bytes, None]:
        """All that is held goes out."""
        self.process.push()
        for sink in list(self.sinks.values()):
            yield from sink.flush()

    def close(self, name: str) -> Generator[Wait, bytes, int]:
        """Close what has this name; the status of its command, -1 if there is none."""
        status = -1
        for key in [key for key in self.sources if key[1] == name]:
            source = self.sources.pop(key)
            source.release()
            status = yield from self._wait(source.child)
        if name in self.sinks:
            sink = self.sinks[name]
            yield from sink.flush()
            del self.sinks[name]
            sink.release()
            status = yield from self._wait(sink.child)
        return status

    def _wait(self, child: Process | None) -> Generator[Wait, bytes, int]:
        return (yield from self.process.kernel.finish(child)) if child is not None else 0

    def end(self) -> Generator[Wait, bytes, None]:
        """Close everything; standard output goes out behind what the commands print."""
        for name in [key[1] for key in self.sources] + list(self.sinks):
            yield from self.close(name)

    def release(self) -> None:
        """Let go of all without waiting."""
        for source in self.sources.values():
            source.release()
        for sink in self.sinks.values():
            sink.release()
        self.sources.clear()
        self.sinks.clear()
