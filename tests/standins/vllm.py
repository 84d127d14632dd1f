"""`vllm serve` of vLLM 0.33 in the place of the real one, which needs a GPU: run as a child by the same
command line. Made from vLLM's published argument parsers (engine/arg_utils.py,
entrypoints/common/cli_args.py), its request's fields (entrypoints/openai/chat_completion/protocol.py) and its
authentication's middleware; what those refuse it refuses, in their words.

It keeps what it was told in the folder of the weights (`told.json`, `asked.jsonl`), and does what files there
say: `no_memory` lets it end as vLLM does when the GPU is full, `loading` keeps it loading, `slow` stops it
behind a word.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web

TOOL_PARSERS = ("hermes", "llama3_json", "llama4_json", "mistral", "pythonic", "qwen3_coder", "qwen3_json")
"""Some of those that are registered (tool_parsers/__init__.py)."""
REASONING_PARSERS = ("deepseek_r1", "qwen3", "mistral", "openai_gptoss")
FREE = ("/health", "/metrics", "/version", "/invocations")
"""Paths that its key does not guard."""
CORE = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
"""Its engine's process, which holds the GPU and may heed nobody."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="vllm", allow_abbrev=False)
    serve = top.add_subparsers(required=True).add_parser("serve", allow_abbrev=False)
    serve.add_argument("model_tag")
    for text in ("--uds", "--served-model-name", "--chat-template", "--host", "--dtype", "--quantization"):
        serve.add_argument(text)
    serve.add_argument("--max-model-len", type=int)
    serve.add_argument("--max-num-seqs", type=int)
    serve.add_argument("--tensor-parallel-size", type=int, default=1)
    serve.add_argument("--gpu-memory-utilization", type=float, default=0.92)
    serve.add_argument("--scheduling-policy", choices=("fcfs", "priority"), default="fcfs")
    serve.add_argument("--tool-call-parser")
    serve.add_argument("--reasoning-parser", default="")
    serve.add_argument("--default-chat-template-kwargs", type=json.loads)
    for switch in ("--enable-prefix-caching", "--enable-auto-tool-choice", "--enable-prompt-tokens-details"):
        serve.add_argument(switch, action=argparse.BooleanOptionalAction)
    for switch in ("--disable-uvicorn-access-log", "--disable-fastapi-docs"):
        serve.add_argument(switch, action=argparse.BooleanOptionalAction)
    return top


def checked(args: argparse.Namespace) -> argparse.Namespace:
    """As validate_parsed_serve_args and the configuration's classes check them."""
    if args.enable_auto_tool_choice and not args.tool_call_parser:
        fail("TypeError: Error: --enable-auto-tool-choice requires --tool-call-parser")
    if args.tool_call_parser and args.tool_call_parser not in TOOL_PARSERS:
        fail(f"KeyError: invalid tool call parser: {args.tool_call_parser}")
    if args.reasoning_parser and args.reasoning_parser not in REASONING_PARSERS:
        fail(f"KeyError: invalid reasoning parser: {args.reasoning_parser}")
    if not 0 < args.gpu_memory_utilization <= 1:
        fail("ValueError: gpu_memory_utilization: Input should be less than or equal to 1")
    if not (Path(args.model_tag) / "config.json").is_file():
        fail(f"OSError: Can't load the configuration of '{args.model_tag}'")
    return args


def fail(line: str) -> NoReturn:
    say(f"(APIServer pid={os.getpid()}) ERROR 11-22 10:00:00 [core.py:1] EngineCore failed to start.")
    say(line)
    sys.exit(1)


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


class VllmStandin:
    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.folder = Path(args.model_tag)
        self.key = os.environ.get("VLLM_API_KEY", "")

    @web.middleware
    async def authenticate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if self.key and request.path not in FREE and given != f"Bearer {self.key}":
            return web.json_response({"error": "Unauthorized"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def models(self, request: web.Request) -> web.Response:
        card = {
            "id": self.args.served_model_name,
            "object": "model",
            "max_model_len": self.args.max_model_len,
        }
        return web.json_response({"object": "list", "data": [card]})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        with (self.folder / "asked.jsonl").open("a") as file:  # noqa: ASYNC230
            file.write(json.dumps(body) + "\n")
        if fault := self.fault(body):
            error = {"message": fault, "type": "BadRequestError", "param": None, "code": 400}
            return web.json_response({"error": error}, status=400)
        response = web.StreamResponse(headers={"content-type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        async for data in self.answer(body):
            await response.write(f"data: {data}\n\n".encode())
        return response

    def fault(self, body: dict[str, Any]) -> str:
        if body.get("model") != self.args.served_model_name:
            return f"The model `{body.get('model')}` does not exist."
        if body.get("priority", 0) != 0 and self.args.scheduling_policy != "priority":
            return f"Got priority {body['priority']} but Priority scheduling is not enabled."
        if body.get("tools") and not self.args.enable_auto_tool_choice:
            return '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
        if "response_format" in body and "schema" not in body["response_format"].get("json_schema", {}):
            return "When response_format type is 'json_schema', the 'json_schema' field must be provided."
        if body.get("max_tokens", 1) >= self.args.max_model_len:
            return f"This model's maximum context length is {self.args.max_model_len} tokens."
        return ""

    async def answer(self, body: dict[str, Any]) -> AsyncIterator[str]:
        """One that fits what was asked for."""
        yield self.chunk({"role": "assistant", "content": ""})
        if body.get("tools"):
            function = {"name": body["tools"][0]["function"]["name"], "arguments": ""}
            yield self.chunk({"tool_calls": [{"index": 0, "id": "chatcmpl-tool-1", "function": function}]})
            yield self.chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]})
            yield self.chunk({}, "tool_calls")
        elif "response_format" in body:
            yield self.chunk({"content": json.dumps({"ok": True})})
            yield self.chunk({}, "stop")
        else:
            for word in ("Yes,", " on", " Tuesday."):
                yield self.chunk({"content": word})
                while (self.folder / "slow").exists():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            yield self.chunk({}, "stop")
        usage: dict[str, Any] = {"prompt_tokens": 20, "completion_tokens": 4, "total_tokens": 24}
        if self.args.enable_prompt_tokens_details:
            usage["prompt_tokens_details"] = {"cached_tokens": 16}
        yield json.dumps({**self.frame(), "choices": [], "usage": usage})
        yield "[DONE]"

    def chunk(self, delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return json.dumps({**self.frame(), "choices": [choice]})

    def frame(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": self.args.served_model_name}

    async def health(self, request: web.Request) -> web.Response:
        return web.Response()

    async def invocations(self, request: web.Request) -> web.StreamResponse:
        return await self.chat(request)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.authenticate])
        app.router.add_get("/health", self.health)
        app.router.add_get("/v1/models", self.models)
        app.router.add_post("/v1/chat/completions", self.chat)
        app.router.add_post("/invocations", self.invocations)
        return app


async def main() -> None:
    sys.argv = [part for part in sys.argv if part not in ("-m", "vllm.entrypoints.cli.main")]
    args = checked(parser().parse_args())
    standin = VllmStandin(args)
    core = subprocess.Popen([sys.executable, "-c", CORE], stdout=subprocess.PIPE)  # noqa: ASYNC220
    assert core.stdout is not None
    core.stdout.readline()
    told = {"args": vars(args), "environment": dict(os.environ), "pids": [os.getpid(), core.pid]}
    (standin.folder / "told.json").write_text(json.dumps(told))
    say(
        f"(EngineCore pid={core.pid}) INFO 11-22 10:00:00 [gpu_model_runner.py:4979] "
        "Starting to load model..."
    )
    if (standin.folder / "no_memory").exists():
        fail(
            "ValueError: Free memory on device cuda:0 (3.1/79.2 GiB) on startup is less than desired GPU "
            "memory utilization (0.92, 72.86 GiB). Decrease GPU memory utilization."
        )
    say("Loading safetensors checkpoint shards:  40% Completed | 2/5 [00:01<00:02,  1.30it/s]")
    while (standin.folder / "loading").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    say("Loading safetensors checkpoint shards: 100% Completed | 5/5 [00:03<00:00,  1.30it/s]")
    say("Capturing CUDA graphs (decode, FULL):  60%|######    | 3/5 [00:01<00:00,  3.00it/s]")
    runner = web.AppRunner(standin.app(), handle_signals=True, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, args.uds).start()
    say(f"(APIServer pid={os.getpid()}) INFO:     Application startup complete.")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
