"""Virtual environments for peers, made once, beside the source and ignored by git."""

import os
import subprocess
import sys
from pathlib import Path

_CACHE = Path(__file__).resolve().parents[2] / ".cache" / "peers"


def python(package: str, version: str) -> Path:
    """The Python of an environment with ``package`` from PyPI alone. Exits with a line where it cannot be had."""
    folder = _CACHE / f"{package}-{version}"
    if not (folder / "ready").exists():
        interpreter = folder / "bin" / "python"
        print(f"fetching {package} {version} to compare with ...", file=sys.stderr)
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([interpreter, "-m", "pip", "install", "-q", f"{package}=={version}"], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SystemExit(f"{package} cannot be had ({error}): measure without it by --no-peer") from None
        (folder / "ready").touch()
    return folder / "bin" / "python"


def unprivileged(command: list[str]) -> list[str]:
    """``command`` as it sees itself run by an ordinary user: peers refuse root."""
    return command if os.geteuid() else ["unshare", "-U", "--map-user=40001", "--map-group=40001", *command]
