"""A process that runs out of descriptors goes on serving."""

import subprocess
import sys

PROGRAM = """
import asyncio, resource, socket
from samovar.listen import Limits, Listener, Tap
from tests.listen.support import Echo, Memory
from tests.personas import persona

async def main():
    with socket.create_server(("127.0.0.1", 0), backlog=256) as sock:
        memory = Memory()
        listener = Listener([Tap(Echo(), sock, "tcp")], persona(), memory, Limits(), None, "here")
        await listener.start()
        clients = [socket.socket() for _ in range(60)]
        lowest = max(one.fileno() for one in clients)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 21, 256))
        greeted = 0
        for one in clients:  # twenty fit; each further one is let in at the expense of the longest idle
            one.setblocking(False)
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(one, sock.getsockname()), 5)
            greeted += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(one, 64), 20) == b"hello\\n"
        stats = listener.stats()
        for one in clients:
            one.close()
        while listener.stats().sensors["echo"].open:
            await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        greeted += await asyncio.wait_for(reader.readline(), 10) == b"hello\\n"
        writer.close()
        await listener.stop(1)
        print(greeted, stats.emfile > 0, stats.closed_for_cap > 0)

asyncio.run(main())
"""


def test_it_makes_room_when_descriptors_run_out() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "61 True True", done.stderr
