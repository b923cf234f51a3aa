"""ip, ifconfig, route, arp, ss, netstat: they agree with the machine and with each other."""

import pytest

from samovar.shell.kernel.process import Identity
from tests.shell.commands.rig import machine, run

PERSONA = machine().persona
GATEWAY, DEVICE = machine().network.gateway, machine().network.device
NOBODY = Identity("nobody", 65534, 65534, (65534,))


@pytest.mark.parametrize("line", ["ip a", "ip -4 addr show", "ip -br a", "ip -o a", "ifconfig", f"ifconfig {DEVICE}"])
def test_the_address_is_the_machines(line: str) -> None:
    assert PERSONA.ipv4.encode() in run(line).out


def test_ip_shows_loopback_as_debian_does() -> None:
    assert run("ip a show lo").out == (
        b"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"
        b"    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n"
        b"       valid_lft forever preferred_lft forever\n    inet6 ::1/128 scope host \n"
        b"       valid_lft forever preferred_lft forever\n"
    )


@pytest.mark.parametrize("line", ["ip r", "route -n", "netstat -rn", "ip n", "arp -n", "arp -a", "ip r get 8.8.8.8"])
def test_the_gateway_is_the_machines(line: str) -> None:
    assert GATEWAY.encode() in run(line).out


def test_what_is_not_there() -> None:
    assert run("ip a show dev foo") == (b"", b'Device "foo" does not exist.\n', 1)
    assert run("ip zzz") == (b"", b'Object "zzz" is unknown, try "ip help".\n', 1)
    assert run("ifconfig nosuch") == (b"", b"nosuch: error fetching interface information: Device not found\n", 1)
    assert run("route del -net 10.0.0.0") == (b"", b"SIOCDELRT: Invalid argument\n", 7)


def test_only_root_changes_anything() -> None:
    assert run("ip link set lo down", identity=NOBODY).status == 2
    assert run("ip link set lo down").status == 0


def test_listeners_are_the_same_in_ss_and_netstat() -> None:
    ss = {line.split()[3].rpartition(b":")[2] for line in run("ss -tlnH").out.splitlines()}
    netstat = {line.split()[3].rpartition(b":")[2] for line in run("netstat -tln").out.splitlines()[2:]}
    assert ss == netstat
    assert b"22" in ss


def test_programs_are_shown_to_root_only() -> None:
    assert b'users:(("sshd",pid=' in run("ss -tlnp").out
    assert b"users" not in run("ss -tlnp", identity=NOBODY).out
    assert b"/sshd" in run("netstat -antp").out
    assert b"/sshd" not in run("netstat -antp", identity=NOBODY).out


def test_netstat_repeats_until_it_is_stopped() -> None:
    with pytest.raises(AssertionError, match="does not end"):
        run("netstat -tnc")
