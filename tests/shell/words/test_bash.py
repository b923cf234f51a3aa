"""The real bash expands the same expressions to the same fields, and complains in the same words."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.shell.words import expressions
from tests.shell.words.rig import Memory, said
from tests.shell.words.sums import ARITHMETIC

BASH = "/bin/bash"
pytestmark = pytest.mark.skipif(not os.path.exists(BASH), reason="needs bash as the oracle")
NAMES = {".": [".hid", "1x", "A", "a b", "a.c", "abc", "ax[", "b.c", "d"], "d": [".h", "x1", "x2"]}
WHERE = {**NAMES, "./": NAMES["."], "d/.": NAMES["d"], "d/..": NAMES["."]}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    (made / "d").mkdir()
    for name in NAMES["."]:
        if name != "d":
            (made / name).touch()
    for name in NAMES["d"]:
        (made / "d" / name).touch()
    return made


def real(source: str, directory: Path) -> str:
    run = subprocess.run(
        ["bash", "-c", source.encode("latin-1")],
        executable=BASH,
        cwd=directory,
        env={"HOME": "/root", "PWD": str(directory), "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    said = run.stderr.decode("latin-1").partition("\n")[0]
    message = "!" + re.sub(r"^bash: (line \d+: )?", "", said) if said else ""
    return (run.stdout.decode("latin-1") + message).replace(str(directory), "/tmp")


@pytest.mark.parametrize(
    "source", expressions.PARAMETERS + expressions.SPLITTING + expressions.BRACES + expressions.TILDES
)
def test_expands_alike(source: str, directory: Path) -> None:
    assert said(source) == real(source, directory)


@pytest.mark.parametrize("expression", ARITHMETIC)
def test_counts_alike(expression: str, directory: Path) -> None:
    source = f"printf '[%s]' $(({expression}))"
    assert said(source) == real(source, directory)


@pytest.mark.parametrize("test", expressions.TESTS)
def test_judges_alike(test: str, directory: Path) -> None:
    assert said(test) == real(f"{test} && echo -n 1 || echo -n 0", directory)


@pytest.mark.parametrize("written", expressions.DOCUMENTS)
def test_documents_read_alike(written: str, directory: Path) -> None:
    source = written.replace("\\n", "\n").replace("\\t", "\t")
    assert said(source) == real(source, directory)


@pytest.mark.parametrize("source", expressions.GLOBS)
def test_finds_the_same_files(source: str, directory: Path) -> None:
    assert said(source, Memory(WHERE)) == real(source, directory)
