"""llama.cpp's server: what it is told, and, in its own environment (slow), the real one with a model of
random weights that is made on the spot.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineError, EngineMissingError
from pipelines.engines.builtin import registry
from pipelines.engines.llm.llama_cpp import engine as llama_cpp
from pipelines.engines.llm.llama_cpp.engine import explain, progress
from pipelines.engines.llm.llama_cpp.options import LlamaCppOptions, model_file_in
from pipelines.engines.llm.served import ServedLlm
from pipelines.engines.protocols import AnswerSchema, Kind, LlmMessage, LlmTool, LlmToolCall, LlmUsage
from pipelines.engines.registry import EngineOptions
from tests.pipelines.engines.llm.test_vllm import heard, text
from tests.pipelines.workers.test_server_process import gone, until
from tests.tiny_gguf import CALLS, token_id, write_tiny_gguf

LOCK = "llama-cpp"
ASK = [LlmMessage("system", "Be kind."), LlmMessage("user", "Have you a room?")]
DAY = {"type": "object", "properties": {"day": {"enum": ["mon", "tue"]}}, "required": ["day"]}
BOOK = LlmTool("book", "Books a room.", DAY | {"additionalProperties": False})
REAL = [pytest.mark.slow, pytest.mark.timeout(900)]


def options(home: Path, model: str, **settings: Any) -> EngineOptions:
    return EngineOptions(1, None, {"model": model, **settings}, "llama.cpp:tiny", home=home)


@asynccontextmanager
async def running(home: Path, folder: Path, **settings: Any) -> AsyncIterator[ServedLlm]:
    """The real server with a tiny model. `home`: where its environment is."""
    model = await asyncio.to_thread(write_tiny_gguf, folder / "tiny.gguf")
    usual = {"context": 2048, "slots": 2, "threads": 1, "cache_mb": 64, "max_tokens": 300}
    engine = await asyncio.to_thread(llama_cpp.make, options(home, str(model), **(usual | settings)))
    try:
        await engine.start()
        yield engine
    finally:
        await engine.stop()


def child(engine: ServedLlm) -> int:
    """llama.cpp's process, behind its keeper."""
    keeper = engine.process.keeper
    return int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()[0])


class TestReal:
    pytestmark = REAL

    async def test_it_streams_and_leaves_nothing_behind(
        self, installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
    ) -> None:
        installed_environment(LOCK)
        async with running(engines_home, tmp_path) as engine:
            events = await heard(engine, ASK)
            (usage,) = [each for each in events if isinstance(each, LlmUsage)]
            assert usage.completion_tokens > 0
            again = await heard(engine, [*ASK, LlmMessage("assistant", "Yes."), LlmMessage("user", "When?")])
            (usage,) = [each for each in again if isinstance(each, LlmUsage)]
            assert usage.cached_tokens > 20  # what both begin with was read once
            pid = child(engine)
        assert gone(pid)
        assert not engine.ready

    async def test_json_and_calls_of_tools_are_held_to_their_schema(
        self, installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
    ) -> None:
        installed_environment(LOCK)
        async with running(engines_home, tmp_path) as engine:
            told = await heard(engine, [LlmMessage("user", "?", answer=AnswerSchema("answer", DAY))])
            assert json.loads(text(told))["day"] in ("mon", "tue")
        must = {
            "tool_choice": "required",
            "logit_bias": {str(token_id(CALLS)): 100},
        }
        async with running(engines_home, tmp_path, extra=must) as engine:
            calls = [each for each in await heard(engine, ASK, BOOK) if isinstance(each, LlmToolCall)]
            assert calls[0].name == "book"
            assert calls[0].arguments["day"] in ("mon", "tue")

    async def test_calls_are_served_at_once_and_one_that_hangs_up_frees_its_place(
        self, installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
    ) -> None:
        installed_environment(LOCK)
        async with running(engines_home, tmp_path, slots=1, extra={"ignore_eos": True}) as engine:
            answer = engine.stream(ASK, max_tokens=1500)
            await anext(answer)
            await answer.aclose()  # the only place is free again
            assert len(await heard(engine, ASK)) > 1
            both = await asyncio.gather(heard(engine, ASK), heard(engine, ASK))
            assert all(isinstance(events[-1], LlmUsage) for events in both)

    async def test_one_that_is_killed_is_started_again(
        self, installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
    ) -> None:
        installed_environment(LOCK)
        async with running(engines_home, tmp_path) as engine:
            os.kill(child(engine), signal.SIGKILL)
            await until(lambda: not engine.ready)
            await until(lambda: engine.ready)
            assert engine.restarts == 1
            assert await heard(engine, ASK)

    async def test_a_damaged_file_is_one_line(
        self, installed_environment: Callable[[str], Path], engines_home: Path, tmp_path: Path
    ) -> None:
        installed_environment(LOCK)
        whole = write_tiny_gguf(tmp_path / "whole.gguf").read_bytes()
        for name, data in (("half.gguf", whole[: len(whole) // 2]), ("text.gguf", b"no model at all")):
            path = tmp_path / name
            path.write_bytes(data)  # noqa: ASYNC240
            engine = await asyncio.to_thread(llama_cpp.make, options(engines_home, str(path)))
            with pytest.raises(EngineError, match="its file is damaged or no GGUF: fetch it again"):
                await engine.start()
            await engine.stop()


def test_what_it_lacks_is_said_in_one_line(tmp_path: Path) -> None:
    entry = registry().find(Kind.LLM, "llama.cpp:some/model")
    assert "name it as llama.cpp:OWNER/NAME" in entry.readiness(EngineOptions(home=tmp_path)).lacks
    lacks = entry.readiness(options(tmp_path, "some/model")).lacks
    assert "run `voiceforge engines install llama.cpp:tiny`" in lacks
    assert "run `voiceforge engines pull llama.cpp:tiny`" in lacks
    assert entry.recipe_for(options(tmp_path, "/models/a.gguf")).weights == ()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="there is no file /no/such.gguf"):
        llama_cpp.make(options(tmp_path, "/no/such.gguf"))
    with pytest.raises(EngineMissingError, match=r"has not one GGUF file that fits.*\.file"):
        llama_cpp.make(options(tmp_path, "some/model"))


def test_of_many_files_the_one_that_is_meant_is_taken(tmp_path: Path) -> None:
    for name in ("m-Q8_0.gguf", "m-q4_k_m-00002-of-00002.gguf", "m-q4_k_m-00001-of-00002.gguf"):
        (tmp_path / name).touch()
    usual = LlamaCppOptions(model="a/b").patterns
    assert model_file_in(tmp_path, usual) == tmp_path / "m-q4_k_m-00001-of-00002.gguf"
    assert model_file_in(tmp_path, ("*Q8*",)) == tmp_path / "m-Q8_0.gguf"
    assert model_file_in(tmp_path, ("*Q2*",)) is None


def test_its_log_is_understood() -> None:
    assert progress("0.00.003.330 I srv    load_model: loading model '/m.gguf'") == "loading weights"
    assert progress("0.00.169.577 I slot print_timing: id 1") == ""
    assert "the memory does not suffice" in explain(["E alloc_tensor: failed to allocate buffer"])
    assert explain(["error: odd"]) == "error: odd"
