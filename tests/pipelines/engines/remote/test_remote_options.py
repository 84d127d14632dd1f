"""What the operator may tell of other machines, and what is said of it when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.remote import offer
from pipelines.engines.remote.engine import STT, as_told
from pipelines.engines.remote.options import hosts
from pipelines.workers.limits import PoolLimits
from tests.fakes import FakeTts

HERE = "ws://127.0.0.1:8090"
KEY = "0123456789abcdef"


def given(**settings: object) -> EngineOptions:
    return EngineOptions(settings=settings, name="remote:ear")


def test_hosts_are_asked_for_the_engine_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)
    (host,) = hosts(Kind.STT, given(urls=HERE + "/"))
    assert (host.url, host.key, host.place) == (f"{HERE}/stt/ear", KEY, "127.0.0.1:8090")
    assert KEY not in repr(host)
    behind = hosts(Kind.TTS, given(urls=["wss://gpu.example/speech"], model="a/b c"))
    assert behind[0].url == "wss://gpu.example/speech/tts/a%2Fb%20c"


def test_a_key_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert hosts(Kind.STT, given(urls=HERE, key_file=str(file)))[0].key == KEY


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "lacks urls"),
        ({"url": HERE}, "url is no option of it: did you mean 'urls'?"),
        ({"urls": "http://127.0.0.1:8090"}, 'must be like "wss://'),
        ({"urls": "ws://me:secret@127.0.0.1:8090"}, "the key goes into a file"),
        ({"urls": "ws://10.0.0.5:8090"}, "would send audio and key unprotected to 10.0.0.5: use wss://"),
        ({"urls": HERE, "spare": 0}, "spare input should be greater than or equal to 1"),
        ({"urls": HERE, "ca_file": "/nowhere/ca.pem"}, "cannot read its ca_file /nowhere/ca.pem"),
        ({"urls": HERE, "key_env": "NO_SUCH_KEY"}, "lacks a key: set NO_SUCH_KEY"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    settings: dict[str, object], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)
    with pytest.raises(EngineMissingError) as raised:
        hosts(Kind.STT, given(**settings))
    assert why in str(raised.value) and "secret" not in str(raised.value) and "\n" not in str(raised.value)


def test_an_unprotected_line_to_another_machine_is_for_who_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINES_KEY", KEY)
    assert hosts(Kind.STT, given(urls="ws://10.0.0.5:8090", plaintext=True))


def test_the_list_says_what_it_lacks() -> None:
    entry = registry().find(Kind.STT, "remote:ear")
    assert entry.readiness().lacks.startswith("hosts; name them in")
    assert entry.readiness(given(urls=HERE, key_env="NO_SUCH_KEY")).lacks.startswith("a key: set NO_SUCH_KEY")


def test_nonsense_that_a_host_tells_of_its_engine_is_passed_over() -> None:
    odd = {"languages": [1], "detects": "yes", "final_within_s": 1e9, "summary": "a\nb", "name": "x"}
    assert as_told(STT, {"manifest": odd}) == STT and as_told(STT, {"manifest": 3}) == STT
    told = as_told(STT, {"manifest": {"languages": ["de"], "final_within_s": 2, "licence": "MIT"}})
    assert (told.languages, told.final_within_s, told.licence) == (("de",), 2.0, "MIT")


def test_what_is_offered_is_found_by_kind_and_name() -> None:
    known = registry()
    assert offer.kind_of("pocketsphinx", known) == (Kind.STT, "pocketsphinx")
    assert offer.kind_of("tts/espeak-ng", known) == (Kind.TTS, "espeak-ng")
    with pytest.raises(EngineMissingError, match="did you mean 'pocketsphinx'"):
        offer.kind_of("pocketsphin", known)
    with pytest.raises(EngineMissingError, match="say stt/remote or tts/remote"):
        offer.kind_of("remote", known)
    assert isinstance(known.find(Kind.TTS, "remote").manifest, Manifest)


def test_limits_of_the_settings_hold_for_what_is_served() -> None:
    options = EngineOptions(limits=PoolLimits(at_once=3, queue_limit=5))
    engine = offer.made(Kind.TTS, "espeak-ng", registry(), options)
    assert (engine.pool.spec.at_once, engine.pool.spec.queue_limit) == (3, 5)
    assert offer.facts_of(Kind.TTS, "espeak-ng", engine)["at_once"] == 3


def test_an_engine_that_has_no_workers_is_not_served() -> None:
    canary = Manifest("canary", Kind.TTS, "sings", ("en",), "MIT")
    known = EngineRegistry([EngineEntry(canary, lambda: Readiness(True), lambda _: FakeTts())])
    with pytest.raises(EngineError, match="its work is not done by workers"):
        offer.made(Kind.TTS, "canary", known, EngineOptions())
