"""Engines' workers behind Ray Serve: one application per engine, for media servers' engine `remote:NAME`.

    serve deploy deploy/ray/serve.yaml         (docs/scale-out.md, "Ray Serve")

A replica is a pool of the engine's own worker processes, in the environment that `voiceforge engines install`
made for it; Serve places replicas, counts what they do and starts more. A line of a media server is a
WebSocket through Serve's proxy, with one request at a time, so that Serve sees each request as one.

Runs in the environment of `pipelines/engines/locks/ray.lock`, beside a checkout or an image of this project.
"""

import asyncio
import logging
import math
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from fastapi import FastAPI, WebSocket
from ray import serve

from mediaserver.errors import ConfigError, EngineError
from pipelines.engines.builtin import registry
from pipelines.engines.in_worker import WorkerEngine
from pipelines.engines.registry import EngineOptions
from pipelines.engines.remote import offer
from pipelines.workers.hosting.bridge import REFUSED, TOO_BIG, TRY_LATER, LineError
from pipelines.workers.hosting.hosted import Hosted
from pipelines.workers.hosting.key_check import KeyCheck
from pipelines.workers.whole_messages import MAX_FRAME

log = logging.getLogger("ray.serve")

KEY_VARIABLE = "ENGINES_KEY"
DOWN_LIMIT_S = 20.0
"""A replica without a worker for so long is replaced by another, perhaps elsewhere."""
AT_WORK = "at_work"


class AtItsPrefix:
    """ASGI: what is asked of the application's prefix itself is asked of its `/`, which routes can name."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope.get("path") and scope["path"] == scope.get("root_path"):
            scope = {**scope, "path": f"{scope['path']}/"}
        await self._app(scope, receive, send)


web = FastAPI(openapi_url=None)
web.add_middleware(AtItsPrefix)


@dataclass(frozen=True)
class EngineArguments:
    """`args` of an application in the YAML. Raises ConfigError."""

    engine: str
    """As `voiceforge engines list` shows it; stt/NAME or tts/NAME where both have it."""
    options: dict[str, Any] = field(default_factory=dict)
    """As in `[engines.options.NAME]`."""
    workers: int = 1
    """Processes in each replica."""
    home: str = ""
    """Folder of environments and weights, the same on each node; empty: engines that need none."""
    key_file: str = ""
    """Has the key that media servers show; empty: the variable ENGINES_KEY has it."""
    device_mb: int = 0
    """Memory of one GPU of the nodes: each replica takes the part of a GPU that the engine's recipe says. 0:
    `ray_actor_options` of the YAML say it."""

    @classmethod
    def read(cls, args: dict[str, Any]) -> "EngineArguments":
        known = {each.name for each in fields(cls)}
        if unknown := sorted(args.keys() - known):
            raise ConfigError(f"args has no {unknown[0]!r}; it may have {', '.join(sorted(known))}")
        if not args.get("engine"):
            raise ConfigError("args lacks engine: name one that `voiceforge engines list` shows")
        return cls(**args)


class ServeLine:
    """See `pipelines.workers.hosting.bridge.HostedLine`: a WebSocket as Serve's proxy hands it on."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def receive(self) -> bytes | None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        frame: bytes | None = message.get("bytes")
        if frame is None:
            raise LineError("only binary frames carry worker messages")
        if len(frame) > MAX_FRAME:
            raise LineError("a frame is longer than any message", TOO_BIG)
        return frame

    async def send(self, frame: bytes) -> None:
        try:
            await self._socket.send_bytes(frame)
        except Exception as error:  # each proxy has its own
            raise ConnectionResetError(str(error)) from None

    async def close(self, code: int, why: str) -> None:
        try:
            await self._socket.close(code, why[:120])
        except Exception:
            log.debug("a line could not be closed", exc_info=True)


def by_work(context: Any) -> tuple[int, dict[str, Any]]:
    """An autoscaling policy: as many replicas as give each `target_ongoing_requests` requests at work. Lines
    that media servers keep open ahead of need are no work, though Serve counts them as requests."""
    at_work = sum((context.aggregated_metrics or {}).get(AT_WORK, {}).values())
    return math.ceil(at_work / context.config.get_target_ongoing_requests()), {}


def _options(arguments: EngineArguments, name: str) -> EngineOptions:
    return EngineOptions(
        arguments.workers,
        settings=arguments.options,
        name=name if ":" in name else "",
        home=Path(arguments.home) if arguments.home else None,
    )


def _key(file: str) -> str:
    if not file:
        return os.environ.get(KEY_VARIABLE, "")
    return Path(file).read_text().strip()


# Serve pickles the class as it is decorated: all that it uses has to stand above it.
@serve.deployment
@serve.ingress(web)
class EngineReplica:
    """One replica: see the module."""

    async def __init__(self, arguments: EngineArguments) -> None:  # type: ignore[misc]  # Serve awaits it
        self._key = KeyCheck(_key(arguments.key_file))
        known = registry()
        kind, name = offer.kind_of(arguments.engine, known)
        options = _options(arguments, name)
        self._engine: WorkerEngine = await asyncio.to_thread(offer.made, kind, name, known, options)
        await self._engine.start()
        self._hosted: Hosted = offer.hosted(kind, name, self._engine)
        self._seen_ready = asyncio.get_running_loop().time()

    @web.websocket("/")  # type: ignore[untyped-decorator]  # FastAPI is only in Ray's environment
    async def line(self, socket: WebSocket) -> None:
        """One line of a media server."""
        if not self._key.admits(socket.headers.get("authorization")):
            await socket.close(REFUSED)
            return
        await socket.accept()
        if not self._engine.ready:
            await socket.close(TRY_LATER)
            return
        await self._hosted.carry(ServeLine(socket))

    @web.get("/health")  # type: ignore[untyped-decorator]
    async def health(self) -> dict[str, str]:
        """For who looks at one application."""
        return {"status": "ok" if self._engine.ready else "unavailable"}

    async def check_health(self) -> None:
        """Asked by Serve, which replaces a replica that raises here."""
        now = asyncio.get_running_loop().time()
        if self._engine.ready:
            self._seen_ready = now
        elif now - self._seen_ready > DOWN_LIMIT_S:
            raise EngineError(f"no worker of {self._hosted.name} could be started for {DOWN_LIMIT_S:g} s")

    def record_autoscaling_stats(self) -> dict[str, float]:
        """Asked by Serve, for `by_work`."""
        return {AT_WORK: float(self._hosted.at_work)}

    async def __del__(self) -> None:
        await self._engine.stop()


def engine(args: dict[str, Any]) -> Any:
    """The application builder that the YAML names. Raises ConfigError and EngineMissingError."""
    arguments = EngineArguments.read(args)
    known = registry()
    kind, name = offer.kind_of(arguments.engine, known)
    deployment: Any = EngineReplica
    gpu_mb = known.find(kind, name).recipe_for(_options(arguments, name)).gpu_mb
    if arguments.device_mb and gpu_mb:
        # Serve's scheduler knows whole hundredths; a replica must not be promised less than it takes.
        part = min(1.0, math.ceil(100 * gpu_mb * arguments.workers / arguments.device_mb) / 100)
        deployment = deployment.options(ray_actor_options={"num_gpus": part})
    return deployment.bind(arguments)
