"""The configuration: typed, with defaults; what is wrong stops the start with one line that helps."""

from pathlib import Path

import pytest

from samovar.config import Settings, configured
from samovar.editions import EDITIONS
from samovar.sensors import SENSORS
from samovar.settings import decode, overlay, read


def settings(text: str, tmp_path: Path, environment: dict[str, str] | None = None) -> Settings:
    path = tmp_path / "samovar.toml"
    path.write_text(text)
    return decode(Settings, overlay(read(path), environment or {}))


def test_nothing_is_needed(tmp_path: Path) -> None:
    assert settings("", tmp_path) == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("editon = 'full'", r"top level: unknown key 'editon'; did you mean 'edition'\?"),
        ("[limits]\nsesions = 3", r"\[limits\]: unknown key 'sesions'; did you mean 'sessions'\?"),
        ("[limits]\nsessions = 'many'", "configuration, limits.sessions: Expected `int`, got `str`"),
        ("[limits]\nsessions = 0", "limits.*sessions must be more than 0"),
        ("[[terminal.login]]\nusr = 'a'", r"\[terminal.login\]: unknown key 'usr'; did you mean 'user'\?"),
        ("[[terminal.login]]\npassword = '/a(/'", r"terminal.login.*/a\(/ is no regular expression"),
        ("[[terminal.login]]\nprobability = 2.0", "probability between 0 and 1"),
        ("edition =", "not TOML"),
    ],
)
def test_a_mistake_is_one_clear_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        settings(text, tmp_path)
    assert "\n" not in str(caught.value)


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    environment = {"SAMOVAR_WEB__LISTEN": "127.0.0.1:8000", "SAMOVAR_WORKERS": "3", "SAMOVAR_DATA": "x", "HOME": "/"}
    (tmp_path / "samovar.toml").write_text("workers = 1")
    chosen = decode(Settings, overlay(read(tmp_path / "samovar.toml"), environment, ("SAMOVAR_DATA",)))
    assert (chosen.web.listen, chosen.workers) == ("127.0.0.1:8000", 3)


def test_the_catch_all_gets_what_no_other_holds() -> None:
    sensors = {s.name: s for s in configured(Settings(), EDITIONS["standard"], SENSORS)}
    assert not set(sensors["catchall"].ports) & {22, 23, 21, 80, 443}
    without = configured(Settings(sensors={"ssh": {"enabled": False}}), EDITIONS["standard"], SENSORS)
    assert 22 in next(s for s in without if s.name == "catchall").ports


def test_two_sensors_cannot_hold_one_port() -> None:
    with pytest.raises(ValueError, match="ssh and telnet both want tcp port 23"):
        configured(Settings(sensors={"ssh": {"ports": [23]}}), EDITIONS["standard"], SENSORS)


@pytest.mark.parametrize(
    ("sensors", "message"),
    [
        ({"shh": {}}, "did you mean 'ssh'"),
        ({"ftp": {"prot": 1}}, r"\[sensors.ftp\]: unknown key 'prot'"),
        ({"ftp": {"ports": [70000]}}, "ports must lie between 1 and 65535"),
    ],
)
def test_a_wrong_sensor_section_names_the_key(sensors: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        configured(Settings(sensors=sensors), EDITIONS["standard"], SENSORS)


def test_login_rules_reach_ssh_and_telnet(tmp_path: Path) -> None:
    chosen = settings("[[terminal.login]]\nuser = 'pi'\n", tmp_path)
    for sensor in configured(chosen, EDITIONS["standard"], SENSORS):
        if sensor.kind.family == "terminal":
            assert [rule["user"] for rule in sensor.table["login"]] == ["pi"]


@pytest.mark.parametrize("name", ["standard", "sensor", "full"])
def test_every_edition_that_has_sensors_starts_with_its_families(name: str) -> None:
    families = {s.kind.family for s in configured(Settings(edition=name), EDITIONS[name], SENSORS)}
    assert families
    assert families <= set(EDITIONS[name].families)
