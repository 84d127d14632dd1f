"""The turn model: its features, its loading, and what it does on bad days. The model is made here, with the
inputs and outputs of Smart Turn v3; where onnxruntime is not installed ONNX's own reference runs it."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.builtin import registry
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions
from pipelines.engines.turn.smart_turn import engine
from pipelines.engines.turn.smart_turn.engine import PENDING, SmartTurn
from pipelines.engines.turn.smart_turn.features import BANDS, FRAMES, SAMPLES, features
from tests.uncollected import standing_still


class Reference:
    """Of onnxruntime what the engine uses."""

    class SessionOptions:
        intra_op_num_threads = inter_op_num_threads = 0

    class InferenceSession:
        def __init__(self, path: str, options: Any, providers: list[str]) -> None:
            self._model = ReferenceEvaluator(onnx.load(path))

        def get_inputs(self) -> list[Any]:
            return [
                type(
                    "Input",
                    (),
                    {"name": each.name, "shape": [d.dim_value for d in each.type.tensor_type.shape.dim]},
                )
                for each in self._model.proto_.graph.input
            ]

        def run(self, names: None, feeds: dict[str, Any]) -> list[Any]:
            return list(self._model.run(names, feeds))


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        module = ModuleType("onnxruntime")
        module.__dict__.update(
            SessionOptions=Reference.SessionOptions, InferenceSession=Reference.InferenceSession
        )
        monkeypatch.setitem(sys.modules, "onnxruntime", module)
    yield


def weights(
    folder: Path, *, name: str = "input_features", frames: int = FRAMES, sigmoid: bool = True
) -> Path:
    """A model that says how much louder the last 100 ms are than the rest."""
    helper, kinds = onnx.helper, onnx.TensorProto
    ints = {"late": [FRAMES - 10], "end": [FRAMES], "time": [2], "all": [0, 1, 2], "shape": [1, 1]}
    nodes = [
        helper.make_node("Slice", [name, "late", "end", "time"], ["last"]),
        helper.make_node("ReduceMean", ["last", "all"], ["level"], keepdims=0),
        helper.make_node("ReduceMean", [name, "all"], ["usual"], keepdims=0),
        helper.make_node("Sub", ["level", "usual"], ["louder"]),
        helper.make_node("Reshape", ["louder", "shape"], ["raw"]),
        helper.make_node("Sigmoid" if sigmoid else "Identity", ["raw"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "turn",
        [helper.make_tensor_value_info(name, kinds.FLOAT, [1, BANDS, frames])],
        [helper.make_tensor_value_info("logits", kinds.FLOAT, [1, 1])],
        [helper.make_tensor(key, kinds.INT64, [len(value)], value) for key, value in ints.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = folder / "turn.onnx"
    onnx.save(model, str(path))
    return path


def burst(at: int, samples: int = SAMPLES) -> npt.NDArray[np.int16]:
    """Noise of 100 ms in silence."""
    audio = np.zeros(samples, np.int16)
    audio[at : at + 1_600] = np.random.default_rng(1).normal(0, 3_000, 1_600).astype(np.int16)[: samples - at]
    return audio


# ---- features


def test_features_have_the_models_shape_and_range() -> None:
    for audio in (np.zeros(0, np.int16), burst(0), burst(500, 3_000), burst(9, 3 * SAMPLES)):
        made = features(audio)
        assert made.shape == (BANDS, FRAMES) and made.dtype == np.float32
        assert made.max() - made.min() <= 2.0 + 1e-6 and np.isfinite(made).all()


def test_a_tone_lies_in_its_band() -> None:
    for hertz, band in ((300, 7), (1_000, 26), (3_000, 54)):
        wave = (8_000 * np.sin(2 * np.pi * hertz * np.arange(SAMPLES) / 16_000)).astype(np.int16)
        loudest = features(wave).mean(axis=1).argmax()
        assert abs(int(loudest) - band) <= 1, hertz


def test_what_was_said_last_stands_last_and_what_is_older_than_the_window_is_left_out() -> None:
    short = features(burst(0, 1_600))
    assert int(short.mean(axis=0).argmax()) >= FRAMES - 11
    old = np.concatenate([burst(0), np.zeros(SAMPLES, np.int16)])
    assert np.ptp(features(old)) < 1e-6


# ---- the engine


async def ask(model: SmartTurn, audio: npt.NDArray[np.int16]) -> float | None:
    answer: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
    model.judge(audio, answer.set_result)
    return await answer


async def test_the_model_is_asked_off_the_loops_thread_and_answers_on_it(tmp_path: Path) -> None:
    model = engine.make(EngineOptions(settings={"weights": str(weights(tmp_path))}))
    await model.start()
    assert model.ready and model.manifest.kind is Kind.TURN
    threads: set[str] = set()
    kept = model._probability

    def spied(session: Any, samples: npt.NDArray[np.int16]) -> float:
        threads.add(threading.current_thread().name)
        return kept(session, samples)

    model._probability = spied  # type: ignore[method-assign]
    late, early = await ask(model, burst(SAMPLES - 1_600)), await ask(model, burst(1_600))
    assert late is not None and early is not None and 0.0 <= early < 0.5 < late <= 1.0
    assert len(threads) == 1 and threads.isdisjoint({threading.main_thread().name})
    assert model.load == 0
    await model.stop()
    assert await ask(model, burst(0)) is None
    await model.stop()


async def test_a_question_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    model = SmartTurn(weights(tmp_path))
    await model.start()
    for session in (model._session, object()):  # the second is no model: it fails
        model._session = session
        with standing_still() as uncollected:
            await ask(model, burst(0))
            await asyncio.sleep(0)
            assert uncollected() == []
    await model.stop()


async def test_more_questions_than_can_be_answered_in_time_are_not_asked(tmp_path: Path) -> None:
    model = SmartTurn(weights(tmp_path))
    await model.start()
    gate = threading.Event()

    def slow(session: Any, samples: npt.NDArray[np.int16]) -> float:
        gate.wait(10)
        return 0.5

    model._probability = slow  # type: ignore[method-assign]
    asked = [asyncio.ensure_future(ask(model, burst(0))) for _ in range(PENDING + 2)]
    done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert {each.result() for each in done} == {None}
    gate.set()
    answers = await asyncio.gather(*asked)
    assert answers.count(None) == 2 and answers.count(0.5) == PENDING
    await model.stop()


async def test_what_is_no_probability_is_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = SmartTurn(weights(tmp_path, sigmoid=False))
    await model.start()
    assert await ask(model, burst(1_600)) is None
    assert await ask(model, burst(1_600)) is None
    assert caplog.text.count("no probability") == 1
    await model.stop()


@pytest.mark.parametrize("wrong", [{"name": "audio"}, {"frames": 3_000}])
async def test_another_model_is_refused_in_words(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="no Smart Turn v3 model.*input_features of"):
        await SmartTurn(weights(tmp_path, **wrong)).start()


async def test_a_file_that_is_no_model_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "turn.onnx"
    path.write_bytes(b"<html>you must log in</html>")
    model = SmartTurn(path)
    with pytest.raises(EngineError, match=r"turn\.onnx is no Smart Turn v3 model"):
        await model.start()
    assert not model.ready
    await model.stop()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, r"lacks its weights: download .*engines\.options\.smart-turn\.weights"),
        ({"weights": "/nowhere/turn.onnx"}, r"there is no file /nowhere/turn\.onnx"),
        ({"wieghts": "x"}, "has no option wieghts"),
    ],
)
def test_what_it_lacks_is_told_with_the_way_to_get_it(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(EngineMissingError, match=why):
        engine.make(EngineOptions(settings=settings))


def test_it_is_listed_with_its_need_of_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = registry().find(Kind.TURN, "smart-turn")
    assert entry.manifest.needs == ("weights",) and entry.manifest.speaks("de-AT")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    # Not our extra by name: a pip that is not the server's would fetch a stranger's package.
    assert "`pip install 'onnxruntime>=1.20'`" in entry.readiness().lacks
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert entry.readiness().ready
