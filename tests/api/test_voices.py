"""`/api/voices` over the real espeak-ng: the catalogue, its filters, and previews that are made once."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from mediaserver.errors import EngineError
from pipelines.engines.protocols import Kind, Readiness
from pipelines.engines.registry import EngineEntry, EngineOptions, EngineRegistry
from pipelines.engines.running import Engines
from pipelines.engines.tts.espeak import engine as espeak
from pipelines.previews.desk import VoiceDesk
from pipelines.voices.catalogue import catalogue
from tests.api.desk import Desk
from tests.fakes import FakeTts
from tests.faults.calling import poll

VOICES = "/api/voices"


class Shelf:
    """Engines for speech; what each lacks may be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lacks = {"espeak-ng": ""}
        self.registry = EngineRegistry()
        self.made = 0
        self.weights = "first"
        self.registry.add(EngineEntry(espeak.MANIFEST, self._check, self._make))
        self.engines = Engines(self.registry)
        self.desk = VoiceDesk(
            self.registry,
            self.engines,
            lambda kind, name: EngineOptions(),
            ("espeak-ng",),
            folder,
            fingerprint=lambda name: self.weights,
        )

    def _check(self) -> Readiness:
        return Readiness(not self.lacks["espeak-ng"], self.lacks["espeak-ng"])

    def _make(self, options: EngineOptions) -> espeak.EspeakTts:
        self.made += 1
        return espeak.EspeakTts(workers=1)


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    shelf = Shelf(tmp_path / "previews")
    yield shelf
    await shelf.desk.close()
    await shelf.engines.stop()


@pytest.fixture
def client(desk: Desk, shelf: Shelf) -> TestClient[Any, Any]:
    desk.context.voices = shelf.desk
    return desk.client


async def asked(client: TestClient[Any, Any], path: str = "", **query: str) -> Any:
    response = await client.get(f"{VOICES}{path}", params=query)
    assert response.status == 200, await response.text()
    return await response.json()


async def everything(client: TestClient[Any, Any], **query: str) -> list[Any]:
    """All pages."""
    found, cursor = list[Any](), ""
    while True:
        page = await asked(client, **query, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = page["next"]


async def test_all_voices_come_page_by_page(client: TestClient[Any, Any]) -> None:
    found = await everything(client, limit="40")
    assert {voice["id"] for voice in found} == set(catalogue().voices)
    assert len(found) == len(catalogue().voices) == 146
    names = [voice["language_name"] for voice in found]
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"language": "pt"}, 6),
        ({"language": "pt-BR"}, 4),
        ({"language": "pt_br"}, 4),
        ({"language": "cmn"}, 3),
        ({"language": "sw"}, 0),
        ({"language": "hi", "gender": "female"}, 4),
        ({"engine": "indic-parler-tts"}, 69),
        ({"engine": "espeak-ng"}, 135),
        ({"ready": "false"}, 11),
        ({"engine": "indic-parler-tts", "ready": "true"}, 58),
        ({"q": "PORTUGUESE brazilian"}, 4),
        ({"q": "storyteller"}, 3),
        ({"language": "", "q": ""}, 146),
    ],
)
async def test_filters(client: TestClient[Any, Any], query: dict[str, str], count: int) -> None:
    assert len(await everything(client, limit="200", **query)) == count


@pytest.mark.parametrize(
    "query",
    [
        {"language": "deutsch bitte"},
        {"gender": "robot"},
        {"ready": "perhaps"},
        {"limit": "0"},
        {"cursor": "nonsense"},
        {"colour": "red"},
    ],
)
async def test_what_cannot_be_asked_for_is_a_400(client: TestClient[Any, Any], query: dict[str, str]) -> None:
    response = await client.get(VOICES, params=query)
    assert response.status == 400
    assert (await response.json())["error"]["message"]


async def test_a_voice_says_who_speaks_it_and_what_its_own_engine_lacks(client: TestClient[Any, Any]) -> None:
    divya = await asked(client, "/hi-divya")
    assert (divya["name"], divya["language"], divya["gender"]) == ("Divya", "hi-IN", "female")
    assert (divya["engine"], divya["ready"]) == ("indic-parler-tts", True)
    assert (divya["spoken_by"], divya["instead_of"], divya["why"]) == (
        "espeak-ng", "indic-parler-tts", "it is not ready",
    )  # fmt: skip
    assert "ai4bharat/indic-parler-tts" in divya["lacks"]
    aryan = await asked(client, "/sa-aryan")
    assert (aryan["ready"], aryan["spoken_by"], aryan["instead_of"]) == (False, None, None)
    vera = await asked(client, "/ru-vera")
    assert "it was not trained on Russian" in vera["lacks"]
    for unknown in ("hi-dviya", "en-us+f3", "%00", "x" * 90):
        response = await client.get(f"{VOICES}/{unknown}")
        assert response.status in (400, 404), unknown
    response = await client.get(f"{VOICES}/hi-dviya")
    assert "did you mean 'hi-divya'?" in (await response.json())["error"]["message"]


def heard(body: bytes) -> float:
    """Seconds of a preview."""
    with wave.open(io.BytesIO(body)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        frames = file.readframes(file.getnframes())
        assert len(frames) == 2 * file.getnframes() and any(frames)
        return len(frames) / 2 / 16_000


async def test_a_preview_is_spoken_once_and_kept(client: TestClient[Any, Any], shelf: Shelf) -> None:
    both = await asyncio.gather(*(client.get(f"{VOICES}/ta-jaya/preview") for _ in range(2)))
    bodies = [await response.read() for response in both]
    assert bodies[0] == bodies[1], "who asks while it is being made waits for the same one"
    assert 1.0 < heard(bodies[0]) < 10.0
    assert both[0].headers["Content-Type"] == "audio/wav"
    assert both[0].headers["X-Voice-Engine"] == "espeak-ng"
    assert both[0].headers["X-Voice-Instead-Of"] == "indic-parler-tts"
    await shelf.engines.stop()
    again = await client.get(f"{VOICES}/ta-jaya/preview")
    assert await again.read() == bodies[0]


async def test_a_preview_is_made_anew_with_other_weights(shelf: Shelf) -> None:
    async def files() -> set[str]:
        await shelf.desk.preview("fr-camille")
        return {path.name for path in shelf.folder.iterdir()}

    first = await files()
    assert await files() == first
    shelf.weights = "second"
    assert len(await files() - first) == 1


async def test_what_nobody_speaks_has_no_preview_and_says_why(client: TestClient[Any, Any]) -> None:
    response = await client.get(f"{VOICES}/brx-maya/preview")
    problem = (await response.json())["error"]
    assert (response.status, problem["code"]) == (503, "voice_not_ready")
    assert problem["message"].startswith("No engine here can speak brx-maya: indic-parler-tts lacks")
    assert problem["detail"]["engine"] == "indic-parler-tts"
    assert (await client.get(f"{VOICES}/nobody/preview")).status == 404


async def test_an_engine_that_is_gone_takes_its_voices_along_when_it_is_looked_at_again(
    client: TestClient[Any, Any], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await asked(client, "/de-anna"))["ready"]
    shelf.lacks["espeak-ng"] = "its library"
    assert (await asked(client, "/de-anna"))["ready"], "what was found a moment ago still counts"
    monkeypatch.setattr("pipelines.previews.desk.LOOK_AGAIN_S", 0.0)
    assert not (await asked(client, "/de-anna"))["ready"]


async def test_an_engine_that_fails_is_a_503_and_is_asked_again(
    client: TestClient[Any, Any], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FakeTts()
    broken.manifest = espeak.MANIFEST
    broken.failures = 1
    monkeypatch.setattr(espeak, "EspeakTts", lambda workers: broken)
    response = await client.get(f"{VOICES}/en-us-grace/preview")
    problem = (await response.json())["error"]
    assert (response.status, problem["code"]) == (503, "engine_failed")
    assert "the voice is gone" in problem["message"]
    assert (await client.get(f"{VOICES}/en-us-grace/preview")).status == 200


async def test_only_so_many_previews_are_made_at_a_time(
    client: TestClient[Any, Any], shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.previews.desk.WAITING", 1)
    slow = FakeTts()
    slow.manifest = espeak.MANIFEST
    slow.gate.clear()
    monkeypatch.setattr(espeak, "EspeakTts", lambda workers: slow)
    first = asyncio.ensure_future(client.get(f"{VOICES}/en-us-grace/preview"))
    await poll("the first is being made", lambda: slow.spoken)
    refused = await client.get(f"{VOICES}/en-us-mason/preview")
    assert refused.status == 503 and refused.headers["Retry-After"] == "2"
    slow.gate.set()
    assert (await first).status == 200


async def test_before_the_server_is_up_it_says_so(desk: Desk) -> None:
    assert (await desk.client.get(VOICES)).status == 503


async def test_a_caller_who_goes_away_does_not_take_the_preview_along(shelf: Shelf) -> None:
    asking = asyncio.ensure_future(shelf.desk.preview("fr-camille"))
    await poll("it is being made", lambda: shelf.desk._making)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    made = await shelf.desk.preview("fr-camille")
    assert made.way.engine == "espeak-ng" and heard(made.wav) > 1


async def test_without_a_folder_previews_are_made_all_the_same(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "previews").write_text("in the way")
    assert heard((await shelf.desk.preview("fr-camille")).wav) > 1


async def test_an_engine_that_does_not_start_is_told(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck(FakeTts):
        async def start(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("pipelines.previews.desk.START_S", 0.0)
    monkeypatch.setattr(espeak, "EspeakTts", lambda workers: Stuck())
    with pytest.raises(EngineError, match="espeak-ng is being started"):
        await shelf.desk.preview("fr-camille")
    assert shelf.engines.starting(Kind.TTS, ("espeak-ng",))
