"""What several commands need."""

from datetime import UTC, datetime

from samovar.shell.call import Call, Tool


def inputs(call: Call, names: list[str]) -> str:
    """The named files' contents, or standard input."""
    texts = [] if names else [call.stdin.rest()]
    for name in names:
        held = call.stdin.rest() if name == "-" else call.shell.read(call.shell.path(name))
        if held is None:
            call.err(f"{call.args[0]}: {name}: {missing(call, name)}\n")
        else:
            texts.append(held)
    return "".join(texts)


def missing(call: Call, name: str) -> str:
    """Why a file cannot be read."""
    return "Is a directory" if call.shell.files.find(call.shell.path(name)) else "No such file or directory"


def own_name(call: Call) -> str:
    """The command's name without its path."""
    return call.args[0].rpartition("/")[2]


def when(seconds: float, form: str) -> str:
    """A time as text; UTC, which is what servers keep."""
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def option(call: Call, letter: str, default: str = "") -> str:
    """An option's value: ``-n 5`` or ``-n5``. The value is taken out of the arguments."""
    for i, arg in enumerate(call.args[1:], 1):
        if arg == f"-{letter}" and i + 1 < len(call.args):
            value = call.args[i + 1]
            del call.args[i : i + 2]
            return value
        if arg.startswith(f"-{letter}") and len(arg) > 2:
            del call.args[i]
            return arg[2:]
    return default


def says(text: str, status: int = 0) -> Tool:
    """A command that always says the same."""

    def tool(call: Call) -> int:
        call.out(text)
        return status

    return tool
