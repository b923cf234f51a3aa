"""Commands: packages."""

from samovar.shell.commands.packages.apt import apt, apt_cache, apt_get, apt_mark
from samovar.shell.commands.packages.dpkg import dpkg
from samovar.shell.commands.packages.query import dpkg_query
from samovar.shell.kernel.process import Command

PACKAGES: dict[str, Command] = {
    "apt": apt,
    "apt-cache": apt_cache,
    "apt-get": apt_get,
    "apt-mark": apt_mark,
    "dpkg": dpkg,
    "dpkg-query": dpkg_query,
}
