"""The real `vllm serve` with a model of random weights that is made on the spot, on a machine without a GPU.

Its build for processors is another party's (tests/locks/vllm.in), so that this needs no more than a registry;
what only a GPU has (its memory, its graphs, splitting) is not seen here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mediaserver.errors import EngineError, ModelError
from pipelines.engines.llm.served import ServedLlm
from pipelines.engines.llm.vllm import engine as vllm
from pipelines.engines.protocols import AnswerSchema, LlmMessage, LlmTool, LlmToolCall, LlmUsage
from pipelines.workers.urgency import as_batch_work
from tests.models.llama import write_llama
from tests.models.vllm_home import LOCK, VERSION, home_of_vllm
from tests.pipelines.engines.llm.test_vllm import ASK, MODEL, heard, options, text, weights
from tests.pipelines.workers.test_server_process import gone

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DAY = {"type": "object", "properties": {"day": {"enum": ["mon", "tue"]}}, "required": ["day"]}
BOOK = LlmTool("book", "Books a room.", DAY | {"additionalProperties": False})
LONG = LlmMessage("system", "Be kind to everybody who calls. " * 20)
"""More than one block of what is kept for the next request."""
TOLD = re.compile(r"^vllm:num_requests_(running|waiting)\{[^}]*\} (\d+)", re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path, installed_environment: Callable[[str], Path]) -> Path:
    """A home in which that build is vLLM's environment, and a model was pulled."""
    home = home_of_vllm(tmp_path, installed_environment(LOCK))
    write_llama(weights(home))
    return home


@asynccontextmanager
async def running(home: Path, **settings: Any) -> AsyncIterator[ServedLlm]:
    """`--enforce-eager`: what is compiled for so small a model takes a minute and saves nothing."""
    usual: dict[str, Any] = {"start_s": 900, "context": 2048, "gpu_share": 0.08, "at_once": 4}
    usual |= {"arguments": ["--enforce-eager"], "first_token_s": 60, "next_token_s": 60}
    engine = await asyncio.to_thread(vllm.make, options(home, **(usual | settings)))
    try:
        await engine.start()
        yield engine
    finally:
        await engine.stop()


def processes(engine: ServedLlm) -> list[int]:
    """All behind the keeper: the server, its engine, its worker."""
    found = [engine.process.keeper]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return [pid for pid in found[1:] if pid is not None]


async def requests(engine: ServedLlm) -> dict[str, int]:
    """How many are `running` and `waiting`, as it says itself."""
    connector = aiohttp.UnixConnector(str(engine.process.socket))
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get("http://localhost/metrics") as answer:
            return {which: int(count) for which, count in TOLD.findall(await answer.text())}


async def until(engine: ServedLlm, running: int, waiting: int) -> None:
    async with asyncio.timeout(60):
        while await requests(engine) != {"running": running, "waiting": waiting}:  # noqa: ASYNC110 - as told
            await asyncio.sleep(0.05)


async def ready(engine: ServedLlm, *, is_so: bool) -> None:
    async with asyncio.timeout(900):
        while engine.ready is not is_so:  # noqa: ASYNC110 - what it waits for are processes
            await asyncio.sleep(0.05)


async def test_it_does_all_that_a_call_needs(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with running(home) as engine:
        assert engine.ready and not engine.doubt
        assert f"version {VERSION}" in caplog.text
        events = await heard(engine, [LONG, *ASK])
        (usage,) = [each for each in events if isinstance(each, LlmUsage)]
        assert usage.completion_tokens > 1 and text(events).count(" w") > 1
        assert engine.first_s > 0
        again = await heard(engine, [LONG, LlmMessage("user", "When?")])
        (usage,) = [each for each in again if isinstance(each, LlmUsage)]
        assert usage.cached_tokens >= 128  # what both begin with was read once

        told = await heard(engine, [LlmMessage("user", "?", answer=AnswerSchema("answer", DAY))])
        assert json.loads(text(told))["day"] in ("mon", "tue")
        pids = processes(engine)
        assert len(pids) >= 3
    assert all(gone(pid) for pid in pids)
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


async def test_calls_of_tools_are_read(home: Path) -> None:
    async with running(home, extra={"tool_choice": "required"}) as engine:
        (call,) = [each for each in await heard(engine, ASK, BOOK) if isinstance(each, LlmToolCall)]
        assert call.name == "book"  # what a model of noise asks for is not held to the tool's schema


async def test_a_call_comes_before_a_job_and_one_that_hangs_up_frees_its_place(home: Path) -> None:
    async with running(home, at_once=1, extra={"ignore_eos": True}) as engine:
        ended: list[str] = []

        async def asks(name: str) -> None:
            assert await engine_heard()
            ended.append(name)

        async def engine_heard() -> list[Any]:
            return [event async for event in engine.stream(ASK, max_tokens=20)]

        async with aclosing(engine.stream(ASK, max_tokens=1900)) as long:
            await anext(long)
            await until(engine, 1, 0)
            with as_batch_work():
                job = asyncio.create_task(asks("job"))
            await until(engine, 1, 1)
            call = asyncio.create_task(asks("call"))
            await until(engine, 1, 2)
        await asyncio.gather(job, call)
        assert ended == ["call", "job"]


async def test_one_that_is_killed_comes_back(home: Path) -> None:
    async with running(home) as engine:
        before = processes(engine)
        os.kill(before[0], signal.SIGKILL)
        await ready(engine, is_so=False)
        with pytest.raises(ModelError, match="vllm:Qwen/Qwen3-8B: its server"):
            await heard(engine, ASK)
        await ready(engine, is_so=True)
        assert engine.restarts == 1
        assert all(gone(pid) for pid in before)  # what held the memory, too
        assert text(await heard(engine, ASK))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("weights", "its weights are damaged: run `voiceforge engines pull` for it again"),
        ("parser", "invalid tool call parser: nonsense"),
    ],
)
async def test_what_keeps_it_from_starting_is_one_line(home: Path, damage: str, why: str) -> None:
    settings: dict[str, Any] = {}
    if damage == "weights":
        file = weights(home, MODEL) / "model.safetensors"
        file.write_bytes(file.read_bytes()[:5000])
    else:
        settings = {"tool_call_parser": "nonsense"}
    with pytest.raises(EngineError, match=why):
        async with running(home, **settings):
            pass
