"""Serves the app on sockets that somebody else made. Knows nothing of signals: those are the hub's."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import uvicorn
import uvloop
from starlette.types import ASGIApp

from samovar.web.http import BoundedProtocol
from samovar.web.settings import WebConfig

GRACE_SECONDS = 2
KEEP_ALIVE_SECONDS = 30


class _Uvicorn(uvicorn.Server):
    def __init__(self, settings: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(settings)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class WebServer:
    """One app on already listening sockets, over TLS when the configuration names a certificate.

    Raises ValueError when the certificate and key cannot be used. ``closing`` is called at the beginning of
    the end, on the server's loop: it should end the answers that never end by themselves (``Live.stop``).
    """

    def __init__(
        self,
        app: ASGIApp,
        sockets: Sequence[socket.socket],
        config: WebConfig,
        *,
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        self._sockets = list(sockets)
        settings = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # an address that a header names is not to be trusted
            server_header=False,
            limit_concurrency=config.connections,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        if config.tls:
            context = _tls(config)
            settings.ssl_context_factory = lambda *_: context
        self._server = _Uvicorn(settings, closing)

    @property
    def started(self) -> bool:
        """Whether it answers."""
        return self._server.started

    async def serve(self) -> None:
        """Serve on the running loop until ``stop``; open connections get ``GRACE_SECONDS``."""
        await self._server.serve(self._sockets)

    def run(self) -> None:
        """``serve`` on an uvloop of its own: for the main thread or any other."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.serve())

    def stop(self) -> None:
        """End soon. From any thread, or a signal handler."""
        self._server.should_exit = True


def serve(
    app: ASGIApp, sock: socket.socket, config: WebConfig, *, closing: Callable[[], None] = lambda: None
) -> WebServer:
    """A server for one listening socket; call its ``run`` or await its ``serve``."""
    return WebServer(app, [sock], config, closing=closing)


def _tls(config: WebConfig) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(Path(config.certificate), Path(config.key))
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"web.certificate, web.key: cannot be used: {error}") from None
    return context
