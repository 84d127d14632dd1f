"""`vllm serve` as a command line and an environment. Pure: nothing is started here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipelines.engines.llm.vllm.options import VllmOptions
from pipelines.engines.llm.vllm.presets import preset_of
from pipelines.workers.gpu_memory import on_device
from pipelines.workers.server_process import ServerAddress

MODULE = "vllm.entrypoints.cli.main"


def command(
    interpreter: Path,
    weights: Path,
    given: VllmOptions,
    template: Path | None,
    share: float | None,
    at_once: int | None,
    address: ServerAddress,
) -> list[str]:
    """`weights`: the model's folder. `share`: of the GPU's memory; None: vLLM's own. `at_once`: answers at
    the same time, likewise."""
    preset = preset_of(given.model, given.preset)
    tools = given.tool_call_parser or (preset.tool_call_parser if preset else "")
    thoughts = given.reasoning_parser or (preset.reasoning_parser if preset and given.thinking else "")
    told = given.chat_template_kwargs
    if told is None:
        told = dict(preset.no_thinking) if preset and not given.thinking else {}
    return [
        *(str(interpreter), "-m", MODULE, "serve", str(weights)),
        *("--uds", str(address.socket)),
        *("--served-model-name", given.model),
        *("--max-model-len", str(given.context)),
        *([] if share is None else ["--gpu-memory-utilization", f"{share:.3f}"]),
        *("--enable-prefix-caching", "--enable-prompt-tokens-details"),
        *("--scheduling-policy", "priority"),
        *(["--enable-auto-tool-choice", "--tool-call-parser", tools] if tools else []),
        *(["--reasoning-parser", thoughts] if thoughts else []),
        *(["--default-chat-template-kwargs", json.dumps(told)] if told else []),
        *([] if template is None else ["--chat-template", str(template)]),
        *(["--tensor-parallel-size", str(given.gpus)] if given.gpus > 1 else []),
        *([] if at_once is None else ["--max-num-seqs", str(at_once)]),
        *(["--quantization", given.quantization] if given.quantization else []),
        *(["--dtype", given.dtype] if given.dtype else []),
        *("--disable-uvicorn-access-log", "--disable-fastapi-docs"),
        *given.arguments,
    ]


def environment(cache: Path | None, gpu: int | None, address: ServerAddress) -> Mapping[str, str]:
    """Its own variables. `gpu`: the device that it was given; None: it sees all. It fetches nothing by itself
    and tells nobody of its use."""
    return {
        "VLLM_API_KEY": address.key,
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        **({} if cache is None else {"VLLM_CACHE_ROOT": str(cache / "vllm")}),
        **({} if gpu is None else on_device(gpu)),
    }
