"""The state of a running awk program: variables, the record and its fields, regular expressions."""

from samovar.shell.commands.text.awk.tree import Fatal, Node, RunTime
from samovar.shell.commands.text.awk.values import UNSET, Value, integer, outside, text_of
from samovar.shell.commands.text.regex import PatternFault, Regex
from samovar.shell.kernel.process import Process

Array = dict[str, Value]
Frame = dict[str, "Value | Array"]
_BLANKS = str.maketrans("\t\n\v\f\r", "     ")
MAX_FIELDS = 32_767
MAX_TEXT = 1 << 18
MAX_HELD = 16 << 20
MAX_REGEXES = 200


class State:
    """Variables and the record."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.globals: Frame = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NR": 0.0, "FNR": 0.0, "NF": 0.0, "FILENAME": "",
            "SUBSEP": "\x1c", "RSTART": 0.0, "RLENGTH": -1.0, "CONVFMT": "%.6g", "OFMT": "%.6g",
            "ENVIRON": {name: outside(text) for name, text in process.environment.items()},
        }  # fmt: skip
        self.frames: list[Frame] = []
        self.links: list[dict[str, tuple[Frame, int, str]]] = []
        self.record: str = ""
        self.fields: list[Value] | None = []  # None: not split yet
        self.stale = False  # the record is to be made of the fields
        self.held = 0
        self._regexes: dict[str, Regex] = {}

    # regular expressions ----------------------------------------------------------------------------------

    def regex(self, pattern: str) -> Regex:
        """A compiled pattern. Raises Fatal."""
        found = self._regexes.get(pattern)
        if found is None:
            if len(self._regexes) >= MAX_REGEXES:
                self._regexes.clear()
            try:
                found = Regex(pattern, "awk", self.process.spend)
            except PatternFault as fault:
                said = "missing ')'" if "(" in str(fault) else "missing operand"
                if "[" in str(fault) or "bracket" in str(fault):
                    said = "bad class -- [], [^] or ["
                raise Fatal(f"line 1: regular expression compile failed ({said})\n{pattern}") from None
            self._regexes[pattern] = found
        return found

    # variables --------------------------------------------------------------------------------------------

    def text(self, value: Value) -> str:
        """The value as text, by CONVFMT."""
        if isinstance(value, str):
            return value
        return text_of(value, self.special("CONVFMT"))

    def special(self, name: str) -> str:
        """A variable of awk's own, as text."""
        value = self.globals[name]
        return value if isinstance(value, str) else text_of(value) if isinstance(value, float) else ""

    def _frame(self, name: str) -> Frame:
        return self.frames[-1] if self.frames and name in self.frames[-1] else self.globals

    def get(self, name: str) -> Value:
        """A variable's value."""
        if name == "NF":
            return float(len(self.split()))
        value = self._frame(name).get(name, UNSET)
        if isinstance(value, dict):
            raise Fatal(f"line 1: illegal reference to array {name}")
        return value

    def set(self, name: str, value: Value) -> None:
        """Assign to a variable."""
        frame = self._frame(name)
        if isinstance(frame.get(name), dict):
            raise Fatal(f"line 1: illegal reference to array {name}")
        frame[name] = value
        if name == "NF" and frame is self.globals:
            self._set_count(integer(value))

    def array(self, name: str) -> Array:
        """A variable as an array, made where it has no value yet."""
        frame = self._frame(name)
        value = frame.get(name, UNSET)
        if isinstance(value, dict):
            return value
        if value is not UNSET:
            raise Fatal(f"line 1: illegal reference to variable {name}")
        made: Array = {}
        depth = len(self.frames) - 1
        while frame is not self.globals and name in self.links[depth]:
            frame[name] = made
            frame, depth, name = self.links[depth][name]
        frame[name] = made
        return made

    def store(self, array: Array, key: str, value: Value) -> None:
        """Put into an array. Raises Fatal where there is too much."""
        self.held += 64 + len(key) + (len(value) if isinstance(value, str) else 8)
        if self.held > MAX_HELD:
            raise Fatal("out of memory")
        array[key] = value

    # the record -------------------------------------------------------------------------------------------

    def set_record(self, text: str) -> None:
        """A new $0."""
        self.record, self.fields, self.stale = text, None, False

    def split(self) -> list[Value]:
        """The fields."""
        if self.fields is None:
            self.fields = [outside(part) for part in self.pieces(self.record, self.special("FS"))]
            if len(self.fields) > MAX_FIELDS:
                raise Fatal(f"program limit exceeded: maximum number of fields size={MAX_FIELDS}")
        return self.fields

    def pieces(self, text: str, separator: str) -> list[str]:
        """Text cut at a separator."""
        self.process.spend(1 + (len(text) >> 8))
        if separator == " ":
            return [part for part in text.translate(_BLANKS).split(" ") if part]
        if not text:
            return []
        if not separator:
            return list(text)
        if len(separator) == 1:
            return self._paragraph(text, separator)
        found, place = [], 0
        for match in self.regex(separator).all(text):
            if match.end > match.start:
                found.append(text[place : match.start])
                place = match.end
        return [*found, text[place:]]

    def _paragraph(self, text: str, separator: str) -> list[str]:
        if not self.special("RS") and "\n" in text:
            text = text.replace("\n", separator)
        return text.split(separator)

    def _set_count(self, count: int) -> None:
        if count < 0:
            raise RunTime("negative value assigned to NF")
        self._grow(count)
        del self.split()[count:]
        self.stale = True

    def _grow(self, count: int) -> None:
        if count > MAX_FIELDS:
            raise Fatal(f"program limit exceeded: maximum number of fields size={MAX_FIELDS}")
        fields = self.split()
        self.process.spend(1 + count // 1000)
        fields.extend([UNSET] * (count - len(fields)))

    def field(self, number: int) -> Value:
        """``$number``."""
        if number < 0:
            raise RunTime(f"negative field index ${number}")
        if number == 0:
            if self.stale:
                self.record = self.special("OFS").join(self.text(value) for value in self.split())
                self.process.spend(1 + (len(self.record) >> 10))
                self.stale = False
            return outside(self.record)
        fields = self.split()
        return fields[number - 1] if number <= len(fields) else UNSET

    def set_field(self, number: int, value: Value) -> None:
        """Assign to ``$number``."""
        if number < 0:
            raise RunTime(f"negative field index ${number}")
        if number == 0:
            self.set_record(self.text(value))
            return
        self._grow(number)
        self.split()[number - 1] = value
        self.stale = True

    @staticmethod
    def named(node: Node) -> str | None:
        """The name, if the node is nothing but one."""
        return node[1] if node[0] == "var" else None
