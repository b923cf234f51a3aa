"""The commands that intruders use most. Each gets a Call and returns its exit status; none does I/O."""

from samovar.shell.call import Tool
from samovar.shell.tools.accounts import ACCOUNTS
from samovar.shell.tools.builtins import BUILTINS
from samovar.shell.tools.content import CONTENT
from samovar.shell.tools.listing import LISTING
from samovar.shell.tools.network import NETWORK
from samovar.shell.tools.nodes import NODES
from samovar.shell.tools.running import RUNNING
from samovar.shell.tools.streams import STREAMS
from samovar.shell.tools.system import SYSTEM

TOOLS: dict[str, Tool] = {
    **CONTENT,
    **STREAMS,
    **NODES,
    **LISTING,
    **SYSTEM,
    **ACCOUNTS,
    **NETWORK,
    **RUNNING,
    **BUILTINS,
}
