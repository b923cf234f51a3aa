"""A shell's variables: values, arrays, attributes, and those that functions keep to themselves."""

from samovar.shell.words.scope import Array, ExpansionFault

MAX_NAMES = 1_000
MAX_VALUE = 1 << 20
_CHANGED_BY = {"SECONDS", "RANDOM", "LINENO", "BASHPID", "EPOCHSECONDS"}  # made anew at each use


class Variables:
    """Name to value, with attributes. ``copy`` is what a subshell gets."""

    def __init__(self, values: "dict[str, str | Array] | None" = None) -> None:
        self.values: dict[str, str | Array] = dict(values or {})
        self.exported: set[str] = set()
        self.readonly: set[str] = set()
        self.attributes: dict[str, set[str]] = {}  # name -> letters of declare: i l u
        self.saved: list[dict[str, tuple[str | Array | None, bool]]] = []  # one a running function
        self.size = 0

    def copy(self) -> "Variables":
        """For a subshell: independent of the original."""
        other = Variables(self.values)
        for name, value in self.values.items():
            if isinstance(value, Array):
                copied: Array = type(value)(value)
                other.values[name] = copied
        other.exported, other.readonly = set(self.exported), set(self.readonly)
        other.attributes = {name: set(letters) for name, letters in self.attributes.items()}
        other.size = self.size
        return other

    def get(self, name: str) -> str | None:
        """The value; an array's element 0."""
        value = self.values.get(name)
        return value.get("0") if isinstance(value, Array) else value

    def set(self, name: str, value: str, index: str | None = None) -> None:
        """Give a value, or an element one. Raises ExpansionFault: read-only, or no room."""
        self.check(name)
        letters = self.attributes.get(name)
        if letters:
            value = value.lower() if "l" in letters else value.upper() if "u" in letters else value
        self._grow(len(value))
        held = self.values.get(name)
        if index is None and not isinstance(held, Array):
            self.values[name] = value
            return
        if not isinstance(held, Array):
            array = Array({} if held is None else {"0": held})
            self.values[name] = held = array
        held[index if index is not None else "0"] = value

    def put(self, name: str, array: Array) -> None:
        """Make it this array."""
        self.check(name)
        self._grow(sum(map(len, array.values())))
        self.values[name] = array

    def check(self, name: str) -> None:
        """Raises ExpansionFault where it cannot be changed."""
        if name in self.readonly:
            raise ExpansionFault(f"{name}: readonly variable")

    def unset(self, name: str, index: str | None = None) -> None:
        """Remove it, or an element."""
        if name in self.readonly:
            raise ExpansionFault(f"{name}: cannot unset: readonly variable")
        held = self.values.get(name)
        if index is not None and isinstance(held, Array):
            held.pop(index, None)
            return
        self.values.pop(name, None)
        self.exported.discard(name)
        self.attributes.pop(name, None)

    def environment(self) -> dict[str, str]:
        """What a program gets."""
        return {name: value for name in self.exported if isinstance(value := self.values.get(name), str)}

    def local(self, name: str) -> None:
        """Keep the present value until the function ends."""
        if self.saved and name not in self.saved[-1]:
            self.saved[-1][name] = (self.values.get(name), name in self.exported)

    def leave(self) -> None:
        """The function ends: its local variables get their values back."""
        for name, (value, exported) in self.saved.pop().items():
            if value is None:
                self.values.pop(name, None)
            else:
                self.values[name] = value
            (self.exported.add if exported else self.exported.discard)(name)

    def _grow(self, size: int) -> None:
        self.size += size >> 10
        if size > MAX_VALUE or self.size > 64 << 10 or len(self.values) > MAX_NAMES:
            raise ExpansionFault("xrealloc: cannot allocate memory", fatal=True, status=2)
