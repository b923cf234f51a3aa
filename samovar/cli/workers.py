"""The fork server's body: builds the sensors once, then a Listener for each worker."""

import os
import ssl
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from samovar.cli.logs import begin
from samovar.fetch.asker import Asker
from samovar.listen import Limits, Listener, Tap
from samovar.persona import Persona
from samovar.process.forkserver import ForkServer
from samovar.process.lockdown import lock_broker, lock_fetcher, lock_worker
from samovar.process.spec import Spec
from samovar.process.worker import Service, ServiceMaker, Surroundings
from samovar.sensor import Host, Sensor
from samovar.sensors import SENSORS
from samovar.settings import component


class _Service(Listener):
    """A Listener that reports as workers do."""

    def report(self) -> bytes:
        """Its counts, as JSON."""
        return msgspec.json.encode(self.stats())


def forkserver(data: Path, args: Namespace) -> int:
    """Serve the supervisor."""
    begin("sensors")
    return ForkServer(prepare, lock_worker, lock_broker, lock_fetcher).run()


def prepare(spec: Spec) -> ServiceMaker:
    """Decode, build and warm everything, once for all workers."""
    persona = msgspec.json.decode(spec.persona, type=Persona)
    limits = msgspec.json.decode(spec.limits, type=Limits)
    sensors = _sensors(spec)
    for sensor in sensors.values():
        warm = getattr(sensor, "warm", None)
        if warm is not None:
            warm(persona)
    context = _tls(persona)

    def make(around: Surroundings) -> Service:
        taps = [Tap(sensors[bound.tap.sensor], bound.sock, bound.tap.transport) for bound in around.taps]
        taps += [Tap(sensors[udp.tap.sensor], udp.datagrams, "udp") for udp in around.datagram_taps]
        fetcher = Asker(around.fetcher)
        return _Service(
            taps, persona, around.sink, limits, context, around.observer, around.data_sockets, fetcher=fetcher
        )

    return make


def _sensors(spec: Spec) -> dict[str, Sensor | Host]:
    kinds = {kind.name: kind for kind in SENSORS}
    tables: dict[str, dict[str, Any]] = msgspec.json.decode(spec.sensors)
    return {name: component(kinds[name], table, f"sensors.{name}") for name, table in tables.items()}


def _tls(persona: Persona) -> ssl.SSLContext:
    """A server context as Debian's own: TLS 1.2 and up, the persona's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The library reads files only; memory is one.
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(persona.tls_key.encode() + persona.tls_certificate.encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    return context
