"""vLLM's server as a child of ours, in the place of which stands a strict one with the same command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineError, EngineMemoryError, EngineMissingError, ModelError
from pipelines.engines.batch_work import BatchLlm
from pipelines.engines.builtin import registry
from pipelines.engines.llm.failover import PreferredLlm
from pipelines.engines.llm.served import ServedLlm
from pipelines.engines.llm.vllm import engine as vllm
from pipelines.engines.llm.vllm.log import explain, progress
from pipelines.engines.llm.vllm.presets import gpu_mb_of, preset_of
from pipelines.engines.protocols import (
    AnswerSchema,
    Kind,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmTool,
    LlmToolCall,
    LlmUsage,
)
from pipelines.engines.registry import EngineOptions
from pipelines.workers.limits import taken_limits
from pipelines.workers.server_log import ServerLog
from pipelines.workers.server_process import ServerAddress
from pipelines.workers.urgency import as_batch_work
from tests.fakes import FakeLlm
from tests.pipelines.workers.test_server_process import gone, until

STANDIN = Path(__file__).parents[3] / "standins" / "vllm.py"
MODEL = "Qwen/Qwen3-8B"
ASK = [LlmMessage("system", "Be kind."), LlmMessage("user", "Have you a room?")]
ROOMS = LlmTool("rooms", "Free rooms.", {"type": "object", "properties": {}})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the stand-in is vLLM's environment, and a model was pulled."""
    monkeypatch.setattr(vllm, "GRACE_S", 0.2)
    python = tmp_path / "environments" / "vllm" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {STANDIN} "$@"\n')
    python.chmod(0o755)
    weights(tmp_path).mkdir(parents=True)
    (weights(tmp_path) / "config.json").write_text("{}")
    return tmp_path


def weights(home: Path, model: str = MODEL) -> Path:
    return home / "weights" / model.replace("/", "--")


def options(home: Path, model: str = MODEL, **settings: Any) -> EngineOptions:
    told = {"model": model, "start_s": 60, **settings}
    return EngineOptions(
        1,
        home / "cache",
        told,
        f"vllm:{model}",
        home=home,
        limits=taken_limits(told),
        gpu_mb=40_000,
        gpu_total_mb=80_000,
    )


@asynccontextmanager
async def running(options: EngineOptions) -> AsyncIterator[ServedLlm]:
    engine = await asyncio.to_thread(vllm.make, options)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.stop()


def told(home: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((weights(home) / "told.json").read_text())
    return read


def asked(home: Path) -> dict[str, Any]:
    """The last request."""
    read: dict[str, Any] = json.loads((weights(home) / "asked.jsonl").read_text().splitlines()[-1])
    return read


async def heard(engine: ServedLlm, messages: list[LlmMessage], *tools: LlmTool) -> list[LlmEvent]:
    return [event async for event in engine.stream(messages, tools)]


def text(events: list[LlmEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, LlmText))


async def test_it_is_started_with_all_that_a_call_needs(home: Path) -> None:
    async with running(options(home)) as engine:
        assert engine.ready
        assert text(await heard(engine, ASK)) == "Yes, on Tuesday."
        assert engine.first_s > 0
        args, environment = told(home)["args"], told(home)["environment"]
        assert args["served_model_name"] == MODEL
        assert args["model_tag"] == str(weights(home))
        assert args["scheduling_policy"] == "priority"
        assert args["enable_prefix_caching"]
        assert args["tool_call_parser"] == "hermes"
        assert args["default_chat_template_kwargs"] == {"enable_thinking": False}
        assert args["gpu_memory_utilization"] == 0.5
        assert args["max_model_len"] == 8192
        assert environment["HF_HUB_OFFLINE"] == environment["VLLM_NO_USAGE_STATS"] == "1"
        assert len(environment["VLLM_API_KEY"]) >= 32
        assert engine.manifest.free
        pids = told(home)["pids"]
    assert all(gone(pid) for pid in pids)  # the one that holds the GPU, too


async def test_it_writes_as_many_answers_at_once_as_the_settings_say(home: Path) -> None:
    async with running(options(home, at_once=12)):
        assert told(home)["args"]["max_num_seqs"] == 12


async def test_answers_of_calls_come_before_those_of_jobs(home: Path) -> None:
    async with running(options(home)) as engine:
        await heard(engine, ASK)
        assert asked(home)["priority"] == 0
        with as_batch_work():
            await heard(engine, ASK)
        assert asked(home)["priority"] == 1
        await heard(engine, ASK)
        assert asked(home)["priority"] == 0
        assert text([event async for event in BatchLlm(engine).stream(ASK)])
        assert asked(home)["priority"] == 1


async def test_tools_json_and_what_it_cost(home: Path) -> None:
    async with running(options(home)) as engine:
        (call,) = [each for each in await heard(engine, ASK, ROOMS) if isinstance(each, LlmToolCall)]
        assert call.name == "rooms"
        schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}}
        events = await heard(engine, [LlmMessage("user", "?", answer=AnswerSchema("answer", schema))])
        assert json.loads(text(events)) == {"ok": True}
        assert asked(home)["response_format"]["json_schema"]["schema"] == schema
        (usage,) = [each for each in events if isinstance(each, LlmUsage)]
        assert (usage.prompt_tokens, usage.cached_tokens, usage.model) == (20, 16, MODEL)


async def test_one_that_is_killed_comes_back_and_answers_with_its_new_key(home: Path) -> None:
    async with running(options(home)) as engine:
        before = told(home)
        os.kill(before["pids"][0], signal.SIGKILL)
        await until(lambda: not engine.ready)
        with pytest.raises(ModelError, match="vllm:Qwen/Qwen3-8B: its server"):
            await heard(engine, ASK)
        await until(lambda: engine.ready)
        assert engine.restarts == 1
        assert text(await heard(engine, ASK)) == "Yes, on Tuesday."
        assert told(home)["environment"]["VLLM_API_KEY"] != before["environment"]["VLLM_API_KEY"]
        assert all(gone(pid) for pid in before["pids"])


async def test_one_that_is_killed_in_the_middle_of_an_answer_costs_no_word(home: Path) -> None:
    """The next model goes on behind what was said, and nothing is said twice."""
    (weights(home) / "slow").touch()
    other = FakeLlm([LlmText(" on Tuesday.")])
    async with running(options(home)) as engine:
        said: list[str] = []
        async for event in PreferredLlm(lambda: [engine, other]).stream(ASK):
            if isinstance(event, LlmText):
                if not said:
                    os.kill(told(home)["pids"][0], signal.SIGKILL)
                said.append(event.text)
        assert "".join(said) == "Yes, on Tuesday."
        assert any("Yes," in message.content for message in other.asked[0][0])


async def test_it_tells_how_far_it_is(home: Path) -> None:
    (weights(home) / "loading").touch()
    engine = await asyncio.to_thread(vllm.make, options(home))
    starting = asyncio.create_task(engine.start())
    await until(lambda: engine.progress == "loading weights 40 %")
    (weights(home) / "loading").unlink()
    await starting
    await engine.stop()


async def test_a_full_gpu_is_one_line_that_says_what_to_do(home: Path) -> None:
    (weights(home) / "no_memory").touch()
    with pytest.raises(
        EngineMemoryError, match="less memory free than is set for it: end what else uses it, or set"
    ):
        async with running(options(home)):
            pass


async def test_a_parser_that_it_does_not_know_is_told(home: Path) -> None:
    with pytest.raises(EngineError, match="invalid tool call parser: nonsense"):
        async with running(options(home, tool_call_parser="nonsense")):
            pass


async def test_an_unknown_family_has_no_tools_and_says_so(home: Path) -> None:
    weights(home, "some/model").mkdir()
    (weights(home, "some/model") / "config.json").write_text("{}")
    async with running(options(home, "some/model")) as engine:
        assert "set tool_call_parser" in engine.doubt
        assert text(await heard(engine, ASK)) == "Yes, on Tuesday."


def test_what_it_lacks_is_said_in_one_line(home: Path) -> None:
    entry = registry().find(Kind.LLM, f"vllm:{MODEL}")
    lacks = entry.readiness(options(home)).lacks
    assert "an NVIDIA GPU with its driver" in lacks
    assert "run `voiceforge engines install vllm:Qwen/Qwen3-8B`" in lacks
    assert "run `voiceforge engines pull vllm:Qwen/Qwen3-8B`" in lacks
    assert "name it as vllm:OWNER/NAME" in entry.readiness(EngineOptions(home=home)).lacks
    assert entry.recipe_for(options(home)).gpu_mb == gpu_mb_of(MODEL)
    assert entry.recipe_for(options(home, gpus=2)).gpu_mb == gpu_mb_of(MODEL) // 2


def test_a_model_that_is_split_sees_all_gpus(home: Path) -> None:
    address = ServerAddress(home / "socket", "key")
    for gpus, seen in ((1, "1"), (2, None)):
        engine = vllm.make(replace(options(home, gpus=gpus), gpu=1))
        environment = engine.process.spec.environment(address)
        assert environment.get("CUDA_VISIBLE_DEVICES") == seen


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"arguments": ["--api-key=x"]}, "must not have --api-key: that is ours to say"),
        ({"base_url": "http://127.0.0.1/v1"}, "base_url is for a server of your own"),
        ({"preset": "qwen"}, "must be one of llama-3, qwen-2.5"),
        ({"contxt": 5}, "contxt is no option of it"),
        ({"chat_template": "/no/such/file"}, "there is no file /no/such/file"),
    ],
)
def test_wrong_options_are_refused(home: Path, settings: dict[str, Any], why: str) -> None:
    with pytest.raises(EngineMissingError, match=why):
        vllm.make(options(home, **settings))


@pytest.mark.parametrize(
    ("model", "preset", "tools"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3", "llama3_json"),
        ("unsloth/llama-3.3-70b", "llama-3", "llama3_json"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen-2.5", "hermes"),
        ("Qwen/Qwen3-4B", "qwen-3", "hermes"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen-3-coder", "qwen3_coder"),
    ],
)
def test_families_are_known_by_their_names(model: str, preset: str, tools: str) -> None:
    found = preset_of(model)
    assert found is not None
    assert (found.name, found.tool_call_parser) == (preset, tools)


def test_sizes_are_read_from_names() -> None:
    assert gpu_mb_of("Qwen/Qwen3-8B") == 17_600 + 6_000
    assert gpu_mb_of("Qwen/Qwen3-8B-AWQ") < gpu_mb_of("Qwen/Qwen3-8B-FP8") < gpu_mb_of("Qwen/Qwen3-8B")
    assert gpu_mb_of("mistralai/Mixtral-8x7B-Instruct-v0.1") > 93_000
    assert gpu_mb_of("Qwen/Qwen3-30B-A3B") == gpu_mb_of("some/30B")
    assert preset_of("some/model") is None


def test_its_log_is_understood() -> None:
    assert progress("Capturing CUDA graphs (decode, FULL):  60%|######    | 3/5") == "capturing graphs 60 %"
    assert progress("INFO 11-22 10:00:00 [api.py:1] 12 requests") == ""
    assert explain(["INFO x", "torch.OutOfMemoryError: CUDA out of memory."]).startswith(
        "the GPU's memory is full"
    )
    assert explain(["INFO x", "ValueError: odd"]) == "ValueError: odd"


def test_the_cause_of_an_end_is_found_among_what_all_its_processes_say() -> None:
    worker = "(Worker pid=4) ERROR 11-23 08:46:44 [multiproc_executor.py:953]"
    core = "(EngineCore pid=3) ERROR 11-23 08:46:49 [core.py:1510]"
    said = [
        *(f"{worker} WorkerProc failed to start.", f"{worker} Traceback (most recent call last):"),
        *(f"{worker}     worker = WorkerProc(*args, **kwargs)", f"{worker} ValueError: odd"),
        *(f"{core} EngineCore failed to start.", f"{core} Traceback (most recent call last):"),
        *[f"{core}     return func(*args, **kwargs)"] * 100,
        f"{core} Exception: WorkerProc initialization failed due to an exception in a background process. "
        "See stack trace for root cause.",
        "RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}",
    ]
    log = ServerLog()
    log.feed("\n".join([*said, ""]).encode())
    assert explain(list(log.last)) == f"{worker} ValueError: odd"
    other = "TypeError: --tool-call-parser llama3_json cannot be used with the tokenizer of '/m': no"
    assert explain([other]).startswith("it does not write calls of tools as its name says")
    damaged = [line.replace("ValueError: odd", "SafetensorError: HeaderTooLarge") for line in said]
    assert explain(damaged).startswith("its weights are damaged")
