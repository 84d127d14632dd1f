"""transformers' recognisers in their own environment, on small models with random weights: loading, batches,
frame by frame against whole files, and what is said of weights that are broken."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.in_worker import WorkerStt
from pipelines.engines.stt.transformers_asr.engine import ENGINES
from tests.pipelines.engines.stt.heard import silence, speech
from tests.pipelines.engines.stt.utterances import Caller

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
ROOT = Path(__file__).resolve().parents[4]
MAKER = ROOT / "tests" / "models" / "recognisers.py"
BY_NAME = {engine.manifest.name.partition("-")[0]: engine for engine in ENGINES}
Made = Callable[..., Path]
Start = Callable[..., Awaitable[WorkerStt]]


@pytest.fixture(scope="session")
def recogniser_made(
    installed_environment: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Made:
    """The folder of a model, made by its kind and damage."""
    python = installed_environment("transformers")
    folder = tmp_path_factory.mktemp("recognisers")

    def make(kind: str, damage: str = "") -> Path:
        there = folder / f"{kind}{damage}"
        if not there.exists():
            subprocess.run([str(python), str(MAKER), kind, str(there), damage], check=True, timeout=300)
        return there

    return make


@pytest.fixture
async def start_recogniser(recogniser_made: Made, engines_home: Path) -> AsyncIterator[Start]:
    """Starts the engine of a kind of model."""
    engines: list[WorkerStt] = []

    async def started(kind: str, damage: str = "", **settings: object) -> WorkerStt:
        given = {"weights": str(recogniser_made(kind, damage)), "threads": 1, "final_s": 30, "limit_s": 60}
        options = EngineOptions(settings={**given, **settings}, home=engines_home)
        stt = BY_NAME[kind.partition("_")[0]].make(options)
        engines.append(stt)
        await stt.start()
        return stt

    yield started
    for stt in engines:
        await stt.stop()


@pytest.mark.parametrize("kind", ["moonshine", "parakeet_ctc", "parakeet_tdt", "kyutai", "voxtral"])
async def test_it_hears_several_calls_at_once(start_recogniser: Start, kind: str) -> None:
    stt = await start_recogniser(kind)
    callers = [Caller(stt) for _ in range(3)]
    finals = await asyncio.gather(
        *(caller.whole(speech(1_500 + 700 * at)) for at, caller in enumerate(callers)),
        Caller(stt).whole(silence(600)),
    )
    assert not any(final.failed for final in finals)
    for at, final in enumerate(finals[:3]):
        assert all(0 <= word.start_ms <= word.end_ms <= 1_500 + 700 * at for word in final.words)
        assert " ".join(word.text for word in final.words) == final.text
    assert any(final.text for final in finals[:3])
    assert kind in ("kyutai", "voxtral") or not finals[3].understood


@pytest.mark.parametrize("kind", ["moonshine", "parakeet_ctc"])
async def test_the_same_audio_is_the_same_text_in_a_batch_and_alone(
    start_recogniser: Start, kind: str
) -> None:
    stt = await start_recogniser(kind)
    audio = speech(2_000)
    together = await asyncio.gather(*(Caller(stt).whole(each) for each in (audio, speech(3_000), audio)))
    alone = await Caller(stt).whole(audio)
    assert together[0].text == together[2].text == alone.text != ""


@pytest.mark.parametrize("kind", ["kyutai", "voxtral"])
def test_frame_by_frame_it_writes_what_generate_writes(
    recogniser_made: Made, installed_environment: Callable[[str], Path], kind: str
) -> None:
    script = Path(__file__).with_name(f"{kind}_against_generate.py")
    command = [str(installed_environment("transformers")), str(script), str(recogniser_made(kind))]
    surroundings = {"PYTHONPATH": ".", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT, env=surroundings)
    assert done.returncode == 0, done.stderr
    ours, theirs = done.stdout.strip().splitlines()[-2:]
    assert ours == theirs and len(set(ours.split())) > 3


@pytest.mark.parametrize("kind", ["parakeet_ctc", "kyutai", "voxtral"])
async def test_weights_that_are_no_numbers_fail_the_utterance(start_recogniser: Start, kind: str) -> None:
    stt = await start_recogniser(kind, "nan")
    assert (await Caller(stt).whole(speech(1_200))).failed and stt.restarts == 0


@pytest.mark.parametrize("kind", ["moonshine", "kyutai"])
async def test_weights_with_holes_are_not_filled_with_random_ones(
    start_recogniser: Start, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EngineError):
        await start_recogniser(kind, "holes")
    said = capfd.readouterr().err
    assert "its weights lack" in said and f"voiceforge engines pull {kind}" in said


async def test_weights_of_another_kind_are_told(
    start_recogniser: Start, recogniser_made: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EngineError):
        await start_recogniser("parakeet_ctc", weights=str(recogniser_made("moonshine")))
    assert "a moonshine is none of parakeet_ctc, parakeet_tdt" in capfd.readouterr().err


async def test_a_look_that_takes_too_long_is_given_up(start_recogniser: Start) -> None:
    stt = await start_recogniser("moonshine", limit_s=0.001)
    assert (await Caller(stt).whole(speech(6_000))).failed and stt.ready
