"""What providers refuse, in words; and engines that leave a provider alone that asked for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineMissingError, ProviderError, ProviderFault
from pipelines.engines.cloud.account import ProviderAccount
from pipelines.engines.cloud.faults import Provider, error_of, shown
from pipelines.engines.cloud.provider_pool import ProviderRest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.deepgram.engine import ENGINE as DEEPGRAM
from pipelines.workers.async_entry import RequestError

PROVIDER = Provider("elevenlabs", "api.elevenlabs.io", "ELEVENLABS_API_KEY")
SECRET = "sk_0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "said"),
    [
        (
            401,
            {"detail": {"status": "invalid_api_key", "message": f"bad {SECRET}"}},
            {},
            "key",
            "put a valid one",
        ),
        (401, {"detail": {"status": "quota_exceeded", "message": "0 left"}}, {}, "quota", "top it up"),
        (402, {"err_code": "ASR_PAYMENT_REQUIRED"}, {}, "quota", "top it up"),
        (429, {"error": {"message": "slow down"}}, {"Retry-After": "7"}, "limit", "for 7 s"),
        (503, {"error": "Model x is currently loading", "estimated_time": 41.5}, {}, "warming", "about 42 s"),
        (503, "<html>", {}, "down", "failed (503)"),
        (500, {"message": f"oops {SECRET}"}, {}, "down", "oops (a key)"),
        (400, {"detail": {"status": "voice_not_found", "message": "no"}}, {}, "refused", "no"),
        (422, "not json", {}, "refused", "not json"),
    ],
)
def test_an_answer_is_said_in_one_line(
    status: int, body: Any, headers: dict[str, str], kind: str, said: str
) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    error = PROVIDER.http_fault(status, text, headers)
    assert error.fields["kind"] == kind
    assert said in str(error)
    assert "\n" not in str(error)
    assert SECRET not in str(error)
    assert error.fields.get("missing", False) is ("voice_not_found" in text)


def test_an_error_comes_out_of_a_worker_as_it_went_in() -> None:
    fault = PROVIDER.fault(ProviderFault.LIMIT, after_s=9)
    error = error_of({"error": str(fault), **fault.fields})
    assert error is not None
    assert (error.kind, error.after_s, str(error)) == (ProviderFault.LIMIT, 9, str(fault))
    assert error_of({"error": "broken"}) is None


def test_a_provider_is_left_alone_as_long_as_it_wants() -> None:
    now = [100.0]
    rest = ProviderRest(lambda: now[0])
    assert rest.trouble == ""
    rest.failed(ProviderError("too much", ProviderFault.LIMIT, 9))
    assert rest.trouble == "too much"
    now[0] += 9.5
    assert rest.trouble == ""
    rest.failed(ProviderError("no key", ProviderFault.KEY))
    now[0] += 20
    assert rest.trouble == "no key"
    rest.answered()
    assert rest.trouble == ""
    rest.failed(ProviderError("this one not", ProviderFault.REFUSED, 5))
    assert rest.trouble == ""


def test_the_key_is_read_anew_from_its_file_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    account = ProviderAccount.told(
        {"engine": "elevenlabs", "url": "https://api.elevenlabs.io", "key_file": str(file)}
    )
    assert account.key() == SECRET
    assert SECRET not in repr(account)
    assert account.ws_url == "wss://api.elevenlabs.io"
    file.write_text("another")
    assert account.key() == "another"
    file.write_text("two\nlines")
    with pytest.raises(RequestError, match="put a valid one there") as refused:
        account.key()
    assert "two" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"modle": "nova-3"}, "engines.options.deepgram: modle is no option of it: did you mean 'model'?"),
        ({"api_key": SECRET}, "put the key into a file"),
        ({"base_url": "api.eu.deepgram.com"}, "must be like"),
        ({"base_url": f"https://u:{SECRET}@host"}, "keys go into a file"),
        ({"keep_s": -1}, "keep_s input should be"),
    ],
)
def test_options_are_checked_before_anything_is_started(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineMissingError) as wrong:
        DEEPGRAM.make(EngineOptions(settings=settings))
    assert said in str(wrong.value)
    assert SECRET not in str(wrong.value)
    assert not DEEPGRAM.check(EngineOptions(settings=settings)).ready


def test_what_it_lacks_is_said_as_what_mends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DEEPGRAM_API_KEY", raising=False)
    lacks = DEEPGRAM.check(EngineOptions(home=tmp_path)).lacks
    assert "set DEEPGRAM_API_KEY" in lacks
    assert "run `voiceforge engines install deepgram`" in lacks


def test_the_key_goes_to_its_own_worker_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPGRAM_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    spec = DEEPGRAM.spec(EngineOptions())
    assert spec.surroundings()["DEEPGRAM_API_KEY"] == SECRET
    assert "OPENAI_API_KEY" not in spec.surroundings()
    assert SECRET not in repr(spec)
    assert SECRET not in " ".join(spec.command(3))


def test_what_a_provider_says_is_shown_on_one_short_line() -> None:
    assert shown("a\nb\x00c " + "x " * 500).startswith("a b c x")
    assert len(shown("y " * 500)) <= 160
    assert shown(f"Authorization: Token {SECRET}") == "Authorization: (a key)"
