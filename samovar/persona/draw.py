"""Draws a persona at first start and keeps it in DATA/persona.json (mode 0600)."""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from samovar.persona import Persona
from samovar.persona.stock import ORGANIZATIONS, RELEASES, ROLES, USERS, Hardware, Release

DAY = 86_400
_Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def load(data: Path, overrides: Mapping[str, object] | None = None) -> Persona:
    """The installation's persona: drawn and written when DATA has none yet; ``overrides`` win, unsaved.

    ``kind`` among them is what to draw; a persona that was drawn as another one is not replaced.
    Raises ValueError with one clear line for a damaged file or an override that does not fit.
    """
    path = data / "persona.json"
    overrides = dict(overrides or {})
    kind = overrides.pop("kind", None)
    if path.exists():
        try:
            persona = msgspec.json.decode(path.read_bytes(), type=Persona)
        except (msgspec.MsgspecError, OSError) as error:
            raise ValueError(f"{path}: cannot be read ({error}); restore it, or remove it to draw anew") from None
    else:
        persona = draw(Random(secrets.randbits(256)), time.time(), release_of(kind))
        _save(path, persona)
    if kind is not None and kind != persona.kind:
        release_of(kind)
        raise ValueError(f"{path} was drawn as {persona.kind}; to draw a new persona as {kind}, move it away")
    if not overrides:
        return persona
    try:
        return msgspec.convert({**msgspec.to_builtins(persona), **overrides}, Persona)
    except msgspec.ValidationError as error:
        raise ValueError(f"configuration, [persona]: {error}") from None


def release_of(kind: object) -> Release:
    """The release called ``kind``; the first where it is None. Raises ValueError."""
    for release in RELEASES:
        if kind in (None, release.kind):
            return release
    known = ", ".join(release.kind for release in RELEASES)
    raise ValueError(f"configuration, [persona] kind: '{kind}' is none of {known}")


#: fields that are the release's own
_OF_RELEASE = (
    "kind", "os_id", "os_name", "os_version", "os_codename", "telnet_issue", "telnet_server", "ftp_banner",
    "http_server", "busybox",
)  # fmt: skip


def draw(random: Random, now: float, release: Release = RELEASES[0]) -> Persona:
    """A new persona; the same ``random`` and ``now`` give the same story (keys are always fresh)."""
    hardware = random.choice(release.hardware)
    kernel_release, kernel_version = random.choice(release.kernels)
    host_name, organization, domain = _names(random, hardware)
    installed = int(now) - random.randrange(300 * DAY, 700 * DAY)
    cores, mebibytes = random.choice(hardware.sizes)
    certificate, key = _certificate(f"{host_name}.{domain}", installed)
    return Persona(
        host_name=host_name,
        domain=domain,
        organization=organization,
        kernel_release=kernel_release,
        kernel_version=kernel_version,
        machine=hardware.machine,
        cpu_model=random.choice(hardware.cpu_models),
        cpu_count=cores,
        memory_kib=mebibytes * 1024 - _kept_by_kernel(random, mebibytes),
        disk_gib=random.choice(hardware.disks),
        boot_time=int(now) - random.randrange(9 * DAY, 120 * DAY),
        installed_time=installed,
        mac=hardware.mac_prefix + "".join(f":{random.randrange(256):02x}" for _ in range(3)),
        ipv4=_private_address(random),
        serial_number=_serial(random, hardware),
        users=() if release.busybox else tuple(random.sample(USERS, random.randrange(1, 4))),
        ssh_banner=random.choice(release.ssh_banners),
        http_page="ubuntu" if release.os_id == "ubuntu" else "debian",
        site_time=installed + random.randrange(DAY, 40 * DAY),
        salt=secrets.token_hex(32),
        ssh_host_keys=host_keys(release.host_keys),
        tls_certificate=certificate,
        tls_key=key,
        **{name: getattr(release, name) for name in _OF_RELEASE},
    )


def _kept_by_kernel(random: Random, mebibytes: int) -> int:
    """KiB that never show as memory."""
    return random.randrange(33_000, 66_000) if mebibytes >= 1024 else random.randrange(4_000, 8_000)


def _names(random: Random, hardware: Hardware) -> tuple[str, str, str]:
    """Host name, organization, domain."""
    if hardware.host_names:
        return random.choice(hardware.host_names), random.choice(ORGANIZATIONS), "lan"
    host_name = random.choice(ROLES) + random.choice(("", "-")) + f"{random.randrange(1, 30):02d}"
    organization = random.choice(ORGANIZATIONS)
    return host_name, organization, f"{organization}.{random.choice(('lan', 'local', 'internal', 'intra'))}"


def host_keys(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Fresh OpenSSH host keys, as ssh-keygen -A or dropbearkey makes them."""
    make: dict[str, Callable[[], _Private]] = {
        "rsa3072": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
        "rsa2048": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    return tuple(
        make[kind]()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        .decode()
        for kind in kinds
    )


def _certificate(name: str, installed: int) -> tuple[str, str]:
    """What Debian's ssl-cert makes when it is installed: self-signed, RSA 2048, ten years, CN and SAN the FQDN."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.fromtimestamp(installed, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return (
        certificate.public_bytes(pem).decode(),
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
    )


def _private_address(random: Random) -> str:
    if random.random() < 0.5:
        return f"10.{random.randrange(1, 250)}.{random.randrange(0, 250)}.{random.randrange(10, 250)}"
    return f"192.168.{random.randrange(0, 250)}.{random.randrange(10, 250)}"


def _serial(random: Random, hardware: Hardware) -> str:
    alphabet = "0123456789BCDFGHJKLMNPQRSTVWXYZ"
    return "".join(random.choice(alphabet) for _ in range(hardware.serial_length))


def _save(path: Path, persona: Persona) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(persona)))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
