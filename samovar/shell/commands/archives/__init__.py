"""Commands: archives."""

from samovar.shell.commands.archives.compress import compress
from samovar.shell.commands.archives.tar import tar
from samovar.shell.kernel.process import Command

ARCHIVES: dict[str, Command] = {
    "tar": tar, "gzip": compress, "gunzip": compress, "uncompress": compress, "zcat": compress, "bzip2": compress,
    "bunzip2": compress, "bzcat": compress, "xz": compress, "unxz": compress, "xzcat": compress, "lzma": compress,
    "unlzma": compress, "lzcat": compress,
}  # fmt: skip
