"""`voiceforge providers`: accounts for people, without a running server."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from cli.provider_accounts.showing import show_accounts
from mediaserver.fetching.protocols import Reached
from tests.providers.acme import kinds

ADD = ["providers", "add", "main", "acme", "--set", "account_id=AC1"]
NUMBER = "+4930123456"


@pytest.fixture(autouse=True)
def no_server(own_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database of our own, no server, and the test's kind alone."""
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", "1")
    monkeypatch.setenv("VOICEFORGE_HTTP__PUBLIC_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("providers.kinds.installed", kinds)
    monkeypatch.setattr("cli.provider_accounts.opening.installed", kinds)
    for name in [each for each in os.environ if each.startswith("ACME_")]:
        monkeypatch.delenv(name)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["providers", "list", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["server"] == "not running"
    return {account["name"]: account for account in answer["accounts"]}


def test_an_account_is_added_changed_and_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed(monkeypatch, "correct horse\n")
    words = ["--prefix", "+49", "--prefix", "!+49900", "--caller", NUMBER, "--set", "max_calls=5"]
    assert main([*ADD, *words]) == 0
    assert "may call +49, !+49900" in capsys.readouterr().out
    main_account = listed(capsys)["main"]
    assert main_account["settings"]["prefixes"] == ["+49", "!+49900"]
    assert (main_account["settings"]["token"], main_account["settings"]["max_calls"]) == ("********", 5)
    assert (tmp_path / "secret.key").exists()

    assert main(["providers", "set", "main", "--set", "region=eu", "--public-url", "https://x.test"]) == 0
    changed = listed(capsys)["main"]
    assert changed["settings"]["region"] == "eu" and changed["settings"]["token"] == "********"
    assert changed["public_url"] == "https://x.test"
    assert main(["providers", "list"]) == 0
    out = capsys.readouterr().out
    assert "acme" in out and "not running" in out and "horse" not in out
    assert main(["providers", "remove", "main"]) == 0
    assert listed(capsys) == {}


def test_secrets_come_from_variables_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_TOKEN", "wrong")
    assert main([*ADD, "--secret-env", "token=MY_TOKEN"]) == 0
    assert "no number may be called by it" in capsys.readouterr().out
    assert main(["providers", "check", "main"]) == 1
    assert "Acme refuses the token" in capsys.readouterr().out
    typed(monkeypatch, "right\nstaple\n")
    assert main(["providers", "set", "main", "--secrets"]) == 0
    settings = listed(capsys)["main"]["settings"]
    assert settings["signing_key"] == "********", "one that need not be is asked for, too"
    assert main(["providers", "check", "main", "--json"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "main", "acne"], "the nearest is acme"),
        (["add", "main", "acme"], "account_id missing: give --set account_id=..."),
        (["add", "main", "acme", "--set", "account_id=A1", "--set", "token=x"], "others would see it here"),
        (["add", "main", "acme", "--set", "account_id=A1"], "token is missing: type it"),
        (["add", "main", "acme", "--set", "account_id"], "KEY=VALUE"),
        (["add", "main", "acme", "--set", "account_id=A1", "--secret-env", "token=NO_SUCH"], "is not set"),
        (["add", "main", "acme", "--secret-env", "region=HOME"], "KEY is a secret of the kind"),
        (["set", "nobody"], "there is no account nobody"),
        (["remove", "nobody"], "there is no account nobody"),
        (["check", "nobody"], "there is no account nobody"),
        (["numbers", "nobody"], "there is no account nobody"),
        (["point", "nobody", "123"], "123 is no number"),
        (["point", "nobody", NUMBER], "there is no account nobody"),
        (["point", "nobody", NUMBER, "--agent", "nobody"], "there is no agent nobody"),
        (["kinds", "acne"], "the nearest is acme"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "")
    assert main(["providers", *words]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert listed(capsys) == {}


def test_secrets_come_from_files_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A private key has many lines, which nobody can type at a prompt."""
    token, key = tmp_path / "token", tmp_path / "key.pem"
    token.write_text("correct horse\n")
    key.write_text("-----BEGIN-----\nabc\n-----END-----\n")
    files = ["--secret-file", f"token={token}", "--secret-file", f"signing_key={key}"]
    assert main([*ADD, *files]) == 0
    settings = listed(capsys)["main"]["settings"]
    assert (settings["token"], settings["signing_key"]) == ("********", "********")
    assert main(["providers", "set", "main", "--secret-file", f"token={tmp_path / 'none'}"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_secrets_are_not_sent_elsewhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "correct horse\n")
    assert main(ADD) == 0
    assert main(ADD[:-1] + ["account_id=AC2", "--secret-env", "token=HOME"]) == 1
    assert "there is an account main" in capsys.readouterr().err
    assert main(["providers", "set", "main", "--set", "host=evil.test"]) == 1
    assert "give the secrets again" in capsys.readouterr().err
    typed(monkeypatch, "new\n")
    assert main(["providers", "set", "main", "--set", "host=other.test", "--secrets"]) == 0
    assert listed(capsys)["main"]["settings"]["host"] == "other.test"


def test_a_check_needs_no_server(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def reachable(self: object, url: str) -> Reached:
        return Reached(False, 1, None, "nobody answers")

    monkeypatch.setattr("mediaserver.fetching.client.GuardedClient.reachable", reachable)
    typed(monkeypatch, "correct horse\n")
    assert main(ADD) == 0
    capsys.readouterr()
    assert main(["providers", "check", "main", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    told = {each["name"]: each for each in answer["checks"]}
    assert answer["ok"] and told["credentials"]["detail"] == "account AC1"
    assert "nobody answers" in told["public address"]["detail"], "it may be reached from elsewhere"
    monkeypatch.setenv("VOICEFORGE_HTTP__PUBLIC_URL", "")
    assert main(["providers", "check", "main"]) == 1
    said = capsys.readouterr()
    assert "set http.public_url" in said.out and "does not work: public address" in said.err


def test_numbers_are_shown_and_pointed_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "correct horse\n")
    assert main(ADD) == 0
    assert main(["providers", "point", "main", "+49 30 123456", "--agent", "echo"]) == 0
    assert f"calls to {NUMBER} come here, and echo answers" in capsys.readouterr().out
    assert main(["providers", "numbers", "main", "--json"]) == 0
    (number,) = json.loads(capsys.readouterr().out)["numbers"]
    assert (number["number"], number["agent"]) == (NUMBER, "echo")
    assert main(["providers", "numbers", "main"]) == 0
    assert "echo" in capsys.readouterr().out
    assert main(["providers", "point", "main", "+4930999999"]) == 1
    assert "there is no number +4930999999" in capsys.readouterr().err


def test_the_environments_account_is_listed_and_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_ACCOUNT", "AC9")
    monkeypatch.setenv("ACME_TOKEN", "t")
    account = listed(capsys)["acme"]
    assert account["from_environment"] and account["settings"]["token"] == "********"
    assert main(["providers", "list"]) == 0
    assert "(environment)" in capsys.readouterr().out
    assert main(["providers", "check", "acme"]) == 0
    assert main(["providers", "set", "acme"]) == 1
    assert "environment variables make the account acme" in capsys.readouterr().err
    monkeypatch.delenv("ACME_TOKEN")
    assert "ACME_TOKEN" in listed(capsys)["acme"]["fault"]
    assert main(["providers", "check", "acme"]) == 1
    assert "token is missing" in capsys.readouterr().err


def test_another_key_is_told_of_and_mended(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed(monkeypatch, "correct horse\n")
    assert main(ADD) == 0
    (tmp_path / "secret.key").write_bytes(b"0" * 32)
    assert "another key" in listed(capsys)["main"]["fault"]
    assert main(["providers", "set", "main"]) == 1
    typed(monkeypatch, "correct horse\n")
    assert main(["providers", "set", "main", "--secrets"]) == 0
    assert listed(capsys)["main"]["fault"] == ""


def test_kinds_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers", "kinds"]) == 0
    assert "account_id, token" in capsys.readouterr().out
    assert main(["providers", "kinds", "acme"]) == 0
    out = capsys.readouterr().out
    assert "needed, secret" in out and "ACME_PREFIXES" in out
    assert main(["providers", "kinds", "--json"]) == 0
    (kind,) = json.loads(capsys.readouterr().out)["kinds"]
    assert kind["secrets"] == ["signing_key", "token"]
    assert main(["providers", "kinds", "acme", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == kind


def test_what_a_provider_said_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    status = {"standing": "troubled", "lacks": "401 \x1b[2J\x07Evil\u202e [red]x[/red]", "calls": 0}
    account = {
        "name": "main", "kind": "acme", "settings": None, "public_url": "", "from_environment": False,
        "fault": "", "status": status,
    }  # fmt: skip
    show_accounts([account], running=True)
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}
    assert "\\x1b" in shown and "[red]" in shown
