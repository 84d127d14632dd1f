"""`voiceforge trunks`: rows for people, without a running server."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from cli.trunks import _show


@pytest.fixture(autouse=True)
def no_server(own_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database of our own, and no server."""
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", "1")


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["trunks", "list", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["server"] == "not running"
    return {trunk["name"]: trunk for trunk in answer["trunks"]}


def test_a_trunk_is_added_changed_and_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    words = ["--username", "me", "--password", "--register", "--prefix", "+49", "--prefix", "!+49900"]
    words += ["--codecs", "G722, PCMA", "--max-calls", "30", "--caller", "+4930", "--set", "dial.strip=+"]
    assert main(["trunks", "add", "acme", "sip.acme.test", *words]) == 0
    assert "may call +49, !+49900" in capsys.readouterr().out
    acme = listed(capsys)["acme"]
    assert (acme["prefixes"], acme["codecs"], acme["max_calls"]) == (["+49", "!+49900"], ["G722", "PCMA"], 30)
    assert (acme["caller"]["number"], acme["dial"]["strip"], acme["password"]) == ("+4930", "+", "********")
    assert (acme["fault"], acme["status"]) == ("", None) and (tmp_path / "secret.key").exists()

    words = ["--no-register", "--set", "dial.prepend=00", "--set", "quirks.md5_only=true", "--port", "5070"]
    assert main(["trunks", "set", "acme", *words]) == 0
    acme = listed(capsys)["acme"]
    assert acme["dial"] == {"rewrites": [], "strip": "+", "prepend": "00"}
    assert (acme["register"], acme["password"], acme["port"]) == (False, "********", 5070)
    assert acme["quirks"]["md5_only"] is True

    assert main(["trunks", "list"]) == 0
    out = capsys.readouterr().out
    assert "sip.acme.test" in out and "not running" in out and "horse" not in out
    assert main(["trunks", "remove", "acme"]) == 0
    assert listed(capsys) == {}


def test_a_new_trunk_calls_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trunks", "add", "acme", "sip.acme.test"]) == 0
    assert "no number may be called by it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "acme", "sip:acme"], "host: must be a host name"),
        (["add", "acme", "acme.test", "--register"], "cannot register without a username"),
        (["add", "acme", "acme.test", "--prefix", "4x"], "prefixes.0: must be the beginning of a number"),
        (["add", "acme", "acme.test", "--set", "dial.stripe=0"], "the nearest is strip"),
        (["add", "acme", "acme.test", "--set", "password=x"], "give secrets to --password"),
        (["add", "acme", "acme.test", "--port", "many"], "port: should be a valid integer"),
        (["set", "nobody"], "there is no trunk nobody"),
        (["remove", "nobody"], "there is no trunk nobody"),
        (["check", "nobody"], "there is no trunk nobody"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trunks", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert listed(capsys) == {}


def test_no_two_trunks_share_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trunks", "add", "acme", "one.test"]) == 0
    assert main(["trunks", "add", "acme", "two.test"]) == 1
    assert "trunks set" in capsys.readouterr().err
    assert listed(capsys)["acme"]["host"] == "one.test"


def test_another_key_is_told_of(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert main(["trunks", "add", "acme", "one.test", "--username", "u", "--password"]) == 0
    Path(str(__import__("os").environ["VOICEFORGE_DATA"]), "secret.key").write_bytes(b"0" * 32)
    assert "another key" in listed(capsys)["acme"]["fault"]
    assert main(["trunks", "check", "acme"]) == 1
    assert "another key" in capsys.readouterr().err


def test_a_check_says_what_is_wrong_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trunks", "add", "acme", "nowhere.invalid"]) == 0
    capsys.readouterr()
    assert main(["trunks", "check", "acme", "--json"]) == 1
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert answer["ok"] is False and answer["checks"][0]["detail"] == "there is no host nowhere.invalid"
    assert "the trunk acme does not work: name" in told.err
    assert main(["trunks", "check", "acme"]) == 1
    assert "correct the trunk's host" in capsys.readouterr().out


def test_what_a_trunk_said_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    said = {"standing": "down", "why": "403 \x1b[2J\x07Evil\u202e [red]x[/red]"}
    _show([{"name": "acme", "host": "a.test", "prefixes": [], "fault": "", "status": said}], running=True)
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert "\\x1b" in shown and "[red]" in shown


def test_a_preset_fills_a_trunk_in_and_options_count_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    words = ["--preset", "twilio", "--with", "trunk=acme", "--region", "frankfurt", "--secure"]
    assert main(["trunks", "add", "out", *words, "--username", "me", "--password", "--max-cps", "5"]) == 0
    out = listed(capsys)["out"]
    assert (out["host"], out["transport"]) == ("acme.pstn.frankfurt.twilio.com", "tls")
    assert (out["max_cps"], out["encryption"], out["prefixes"]) == (5, "required", [])
    assert main(["trunks", "add", "pbx", "192.0.2.10", "--preset", "asterisk"]) == 0
    assert listed(capsys)["pbx"]["codecs"] == ["G722", "PCMA", "PCMU"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "name its HOST, or a --preset"), (["--with", "trunk=acme"], "belong to a --preset"),
        (["--preset", "twilio"], "trunk is missing"), (["--preset", "nobody"], "there is no preset nobody"),
        (["--preset", "zadarma"], "cannot register without a username"),
        (["--preset", "twilio", "--with", "acme"], "NAME=VALUE"),
    ],
)  # fmt: skip
def test_what_a_preset_lacks_is_one_line(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trunks", "add", "acme", *words]) != 0
    assert why in capsys.readouterr().err
    assert listed(capsys) == {}


def test_presets_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trunks", "presets"]) == 0
    assert "--preset twilio --with trunk=acme" in capsys.readouterr().out
    assert main(["trunks", "presets", "zadarma"]) == 0
    assert "--region pbx: an extension of its PBX, pbx.zadarma.com" in capsys.readouterr().out
    assert main(["trunks", "presets", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["presets"]) > 8
