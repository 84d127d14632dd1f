"""faster-whisper itself in its own environment, on a small Whisper made on the spot: its loading, its
batches, its times, and what it says of models that are broken."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from mediaserver.errors import EngineError
from pipelines.engines.protocols import Grammar
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.faster_whisper import engine as faster_whisper
from pipelines.engines.stt.in_worker import WorkerStt
from tests.pipelines.engines.stt.heard import silence, speech
from tests.pipelines.engines.stt.utterances import Caller

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MAKER = Path(__file__).resolve().parents[3] / "models" / "whisper.py"
Start = Callable[..., Awaitable[WorkerStt]]
SAYS = "book a room for two on monday please"
"""What the model writes, whatever it hears."""


@pytest.fixture(scope="session")
def made(
    installed_environment: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The folder of a model, made by its kind."""
    python = installed_environment("faster-whisper")
    folder = tmp_path_factory.mktemp("whisper")

    def make(kind: str) -> Path:
        there = folder / kind
        if not there.exists():
            subprocess.run([str(python), str(MAKER), str(there), kind], check=True, timeout=120)
        return there

    return make


@pytest.fixture
async def start(made: Callable[[str], Path], engines_home: Path) -> AsyncIterator[Start]:
    """Starts the engine on a model."""
    engines: list[WorkerStt] = []

    async def started(kind: str = "whole", **settings: object) -> WorkerStt:
        given = {"weights": str(made(kind)), "threads": 1, "final_s": 30, "limit_s": 60, **settings}
        stt = faster_whisper.ENGINE.make(EngineOptions(settings=given, home=engines_home))
        engines.append(stt)
        await stt.start()
        return stt

    yield started
    for stt in engines:
        await stt.stop()


async def test_it_hears_and_tells_times_within_the_audio(start: Start) -> None:
    stt = await start()
    final = await Caller(stt).whole(speech(2_600))
    assert (final.text, final.understood, final.language) == (SAYS, True, "")
    assert [word.text for word in final.words] == SAYS.split()
    starts = [word.start_ms for word in final.words]
    assert starts == sorted(starts) and final.words[-1].end_ms <= 2_600
    assert all(word.confidence is not None for word in final.words)


async def test_partials_come_while_the_caller_speaks(start: Start) -> None:
    stt = await start(step_ms=200)
    caller = Caller(stt)
    caller.session.begin(1, noise_db=-60.0)
    audio = speech(6_000)
    for at in range(0, len(audio), 3_200):
        caller.say(audio[at : at + 3_200])
        await caller.told_within(0.1)
    caller.session.flush(2)
    final = await caller.final(2)
    partials = [each.text for each in caller.results[:-1]]
    assert partials and all(SAYS.startswith(text) for text in partials) and final.text == SAYS


async def test_many_calls_in_one_batch_with_their_own_grammars_and_languages(start: Start) -> None:
    stt = await start()
    grammar = Grammar("what", f"#JSGF V1.0; grammar what; public <what> = {SAYS} [now];")
    plain = [Caller(stt) for _ in range(3)]
    finals = await asyncio.gather(
        *(caller.whole(speech(2_000 + 300 * at)) for at, caller in enumerate(plain)),
        Caller(stt).whole(speech(2_400), grammar),
        Caller(stt, among=("es", "hi")).whole(speech(2_200)),
        Caller(stt, language="de").whole(speech(2_200)),
        Caller(stt).whole(silence(1_000)),
    )
    assert [final.text for final in finals[:5]] == [SAYS] * 5
    assert (finals[3].complete, finals[3].extensible) == (True, True)
    assert finals[4].language == "en" and finals[4].language_probability > 0.9
    assert finals[5].doubtful  # it sounds English, and that is none of this call's languages
    assert not finals[6].understood


async def test_beams_and_other_numbers_work_too(start: Start) -> None:
    stt = await start(beam_size=3, compute_type="float32")
    assert (await Caller(stt).whole(speech(2_000))).text == SAYS


async def test_a_model_of_nan_fails_the_utterance_and_lives(start: Start) -> None:
    stt = await start("spoilt")
    for _ in range(2):
        assert (await Caller(stt).whole(speech(1_500))).failed
    assert stt.restarts == 0


async def test_an_answer_without_end_is_cut_and_its_loop_is_said_once(start: Start) -> None:
    stt = await start("endless")
    final = await Caller(stt).whole(speech(6_000))
    assert (final.text, final.doubtful) == (SAYS, True)


async def test_a_look_that_takes_too_long_fails_and_is_waited_for_before_the_next(start: Start) -> None:
    stt = await start("endless", limit_s=0.02, beam_size=10)
    assert (await Caller(stt).whole(speech(9_000))).failed
    assert stt.ready and stt.restarts == 0


async def test_damaged_weights_are_told_in_one_line(
    made: Callable[[str], Path], start: Start, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = made("whole")
    for each in whole.iterdir():
        (tmp_path / each.name).write_bytes(each.read_bytes())
    (tmp_path / "model.bin").write_bytes((whole / "model.bin").read_bytes()[:100_000])
    with pytest.raises(EngineError, match="weights cannot be used.*`voiceforge engines pull faster-whisper`"):
        await start(weights=str(tmp_path))
    assert "Traceback" not in capfd.readouterr().err


async def test_a_gpu_that_is_not_there_is_told(start: Start) -> None:
    with pytest.raises(EngineError, match='set engines.options.faster-whisper.device = "cpu"$'):
        await start(device="cuda")


async def test_numbers_that_the_device_does_not_compute_with_are_told(
    start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EngineError):
        await start(device="cpu", compute_type="float16")
    assert 'set engines.options.faster-whisper.compute_type = "int8"' in capfd.readouterr().err


async def test_a_few_words_of_the_operators_are_told_with_and_without_a_grammar(
    start: Start,
) -> None:
    stt = await start(prompt="Kowalski, Voiceforge")
    grammar = Grammar("what", f"#JSGF V1.0; grammar what; public <what> = {SAYS};")
    finals = await asyncio.gather(Caller(stt).whole(speech(2_000)), Caller(stt).whole(speech(2_400), grammar))
    assert [final.text for final in finals] == [SAYS] * 2
