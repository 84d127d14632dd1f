"""A real server of language models (transformers' own, a tiny Llama of random weights) with the engine that
talks to all servers of its kind: what it streams, what it counts, and that it notices when nobody listens any
more."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineError
from pipelines.conversation.sentences import sentences
from pipelines.engines.llm.failover import PreferredLlm
from pipelines.engines.llm.openai_compatible.engine import make
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmText, LlmUsage
from pipelines.engines.registry import EngineOptions
from tests.fakes import FakeLlm
from tests.peers.phones import wait_until

FOLDER = Path(os.environ.get("LANGUAGE_MODEL_FOLDER", "build/language_model")).absolute()
ASK = [LlmMessage("system", "Be kind."), LlmMessage("user", "How can I help you?")]
ENDLESS = 8_000
"""Tokens of an answer for which this server works for more than a minute: nobody waits for it."""

pytestmark = [pytest.mark.peer, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of the running server, with /v1."""
    if not (FOLDER / "ready").exists():
        pytest.skip(f"there is no server of language models in {FOLDER} (`make it` installs it)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("model") / "server.log"
    offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(FOLDER / "hub"), "OMP_NUM_THREADS": "1"}
    command = [str(FOLDER / "venv/bin/transformers"), "serve", "tiny", "--device", "cpu"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=FOLDER,
            env={**os.environ, **offline},
            stdout=output,
            stderr=output,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()[-2_000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):  # loopback only
                return True
        except OSError:
            return False

    try:
        wait_until("the server of language models", answers, limit_s=100)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


@asynccontextmanager
async def running(address: str, **options: Any) -> AsyncIterator[RemoteLlm]:
    settings = {"base_url": address, "model": "tiny", "first_token_s": 60, "next_token_s": 30, **options}
    llm = await asyncio.to_thread(make, EngineOptions(settings=settings))
    try:
        await llm.start()
        yield llm
    finally:
        await llm.stop()


async def told(llm: RemoteLlm | PreferredLlm, limit: int) -> list[LlmEvent]:
    return [event async for event in llm.stream(ASK, max_tokens=limit)]


async def test_a_real_server_streams_its_answer_and_says_what_it_took(address: str) -> None:
    prices = {"tiny": {"input": 1, "output": 1}}
    async with running(address, prices=prices) as llm:
        *texts, usage = await told(llm, 40)
    assert len(texts) > 5 and all(isinstance(piece, LlmText) for piece in texts)
    assert isinstance(usage, LlmUsage)
    assert usage.completion_tokens == 40 and usage.prompt_tokens > 5
    assert usage.cost == pytest.approx((usage.prompt_tokens + 40) / 1e6)


async def test_a_real_server_stops_when_nobody_listens_any_more(address: str) -> None:
    """It answers one after the other: the second is answered only because the first has ended."""
    async with running(address) as llm:
        for _ in range(3):
            async with aclosing(llm.stream(ASK, max_tokens=ENDLESS)) as answer:
                assert isinstance(await anext(answer), LlmText)
        assert isinstance((await told(llm, 5))[-1], LlmUsage)


async def test_a_real_server_goes_on_with_what_another_model_began(address: str) -> None:
    begun = FakeLlm([LlmText("The room is free on Tues"), EngineError("the line is cut")])
    async with running(address) as llm:
        events = await told(PreferredLlm(lambda: [begun, llm]), 20)
    text = "".join(event.text for event in events if isinstance(event, LlmText))
    assert text.startswith("The room is free on Tues") and len(text) > len("The room is free on Tues")
    assert isinstance(events[-1], LlmUsage)


async def test_what_a_real_server_says_can_be_cut_into_sentences(address: str) -> None:
    async with running(address) as llm, aclosing(llm.stream(ASK, max_tokens=60)) as answer:
        assert [sentence async for sentence in sentences(answer)]


async def test_many_real_answers_at_once_come_whole(address: str) -> None:
    async with running(address, next_token_s=100) as llm:
        answers = await asyncio.gather(*(told(llm, 10) for _ in range(8)))
        assert all(isinstance(events[-1], LlmUsage) for events in answers)
        assert llm.load == 0
