"""Server CPU for one failed SSH login, and for one login with a command. Prints one JSON line.

The server runs in a process of its own, over loopback; only its CPU time counts. Clients are asyncssh's; the
key exchange is curve25519 with our ed25519 key, and once with the RSA key, whose signature costs the most.
"""

import asyncio
import gc
import json
import resource
import socket
import sys
from pathlib import Path

import asyncssh
from asyncssh.constants import MSG_IGNORE

sys.path.insert(0, str(Path(__file__).parents[1]))

from samovar.login import LoginRule
from samovar.sensor import Keep, Peer
from samovar.sensors.ssh import Ssh
from tests.personas import persona

CLIENTS, ATTEMPTS = 16, 400
SEND_PACKET = asyncssh.SSHClientConnection.send_packet
RULES = (LoginRule(user="root", password="open"),)


class Blank:
    """A recorder that keeps nothing."""

    def note(self, fact: object) -> None:
        pass

    def keep(self, artefact: Keep) -> None:
        pass

    def tty(self, step: object) -> None:
        pass

    def tally(self, key: str) -> int:
        return 1

    def close(self, source_bytes: int, destination_bytes: int) -> None:
        pass


async def serve() -> None:
    """Accept on a free port; answer each line on stdin with the CPU seconds used so far."""
    sensor = Ssh(login=RULES)
    sensor.warm(persona())
    gc.collect()
    gc.freeze()  # as the fork server does
    loop = asyncio.get_running_loop()
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    listening.setblocking(False)
    print(listening.getsockname()[1], flush=True)
    loop.add_reader(0, lambda: report() if sys.stdin.readline() else sys.exit())
    sessions = set()
    while True:
        connection, (ip, port, *_) = await loop.sock_accept(listening)
        peer = Peer(ip=ip, port=port, local_ip="127.0.0.1", local_port=22)
        session = loop.create_task(sensor.serve(connection, peer, persona(), Blank()))
        sessions.add(session)
        session.add_done_callback(sessions.discard)


def report() -> None:
    """Say how much CPU was used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, flush=True)


class Direct(asyncssh.SSHClient):
    """Tries the password at once, without asking with ``none`` what is allowed: as libssh's and Go's clients do."""

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        conn._auth_methods = [b"password"]


def say_no_more(self: asyncssh.SSHClientConnection, kind: int, *args: bytes, handler: object = None) -> None:
    """asyncssh's clients send an IGNORE before each packet; attackers' do not."""
    if kind != MSG_IGNORE:
        SEND_PACKET(self, kind, *args, handler=handler)


async def attempt(port: int, password: str, host_key: str, client: type[asyncssh.SSHClient]) -> None:
    """Log in once; run a command if that works."""
    try:
        async with asyncssh.connect(
            "127.0.0.1",
            port,
            client_factory=client,
            username="root",
            password=password,
            known_hosts=None,
            client_keys=None,
            config=None,
            kex_algs=["curve25519-sha256"],
            server_host_key_algs=[host_key],
            preferred_auth="password",
            encryption_algs=["aes128-ctr"],
            mac_algs=["hmac-sha2-256"],
        ) as client:
            await client.run("uname -a")
    except asyncssh.PermissionDenied:
        pass


async def measure() -> None:
    """Run the server, load it with both kinds of attempts."""
    asyncssh.SSHClientConnection.send_packet = say_no_more
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "serve", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    port = int(await asyncio.wait_for(server.stdout.readline(), 60))

    async def cpu() -> float:
        server.stdin.write(b"\n")
        return float(await asyncio.wait_for(server.stdout.readline(), 60))

    async def load(
        password: str, count: int, host_key: str = "ssh-ed25519", client: type[asyncssh.SSHClient] = Direct
    ) -> float:
        before = await cpu()
        for _ in range(count // CLIENTS):
            await asyncio.gather(*(attempt(port, password, host_key, client) for _ in range(CLIENTS)))
        return (await cpu() - before) * 1000 / (count // CLIENTS * CLIENTS)

    await load("open", CLIENTS)
    figures = {
        "failed_login_cpu_ms": await load("wrong", ATTEMPTS),
        "failed_login_after_none_cpu_ms": await load("wrong", ATTEMPTS, client=asyncssh.SSHClient),
        "failed_login_rsa_cpu_ms": await load("wrong", ATTEMPTS, "rsa-sha2-512"),
        "login_command_cpu_ms": await load("open", ATTEMPTS),
    }
    server.stdin.close()
    await server.wait()
    print(json.dumps({"bench": "ssh", "clients": CLIENTS, **{name: round(v, 3) for name, v in figures.items()}}))


asyncio.run(serve() if sys.argv[1:] == ["serve"] else measure())
