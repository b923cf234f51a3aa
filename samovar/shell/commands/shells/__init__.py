"""Commands: the shells themselves."""

from samovar.shell.kernel.process import Body, Command, Process


def _shell(process: Process) -> Body:
    from samovar.shell.interpreter.source import shell_command  # the interpreter runs commands, of which this is one

    return shell_command(process)


SHELLS: dict[str, Command] = dict.fromkeys(("sh", "bash", "dash", "ash", "rbash"), _shell)
