"""Writes samovar/persona/moduli.bin from an sshd's moduli file: twelve primes of each size, as Debian 12 ships them.

    python scripts/moduli.py /etc/ssh/moduli

A row is the number of bytes (2), the generator (1) and the prime. OpenSSH's licence is BSD; primes are facts anyway.
"""

import sys
from collections import defaultdict
from pathlib import Path

EACH = 12
TARGET = Path(__file__).parents[1] / "samovar" / "persona" / "moduli.bin"


def main(source: Path) -> None:
    """Write the file."""
    sizes: dict[int, list[bytes]] = defaultdict(list)
    for line in source.read_text().splitlines():
        if line.startswith("#"):
            continue
        _, _, _, _, size, generator, prime = line.split()
        raw = bytes.fromhex(prime)
        sizes[int(size)].append(len(raw).to_bytes(2) + bytes((int(generator),)) + raw)
    TARGET.write_bytes(b"".join(row for size in sorted(sizes) for row in sizes[size][:EACH]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
