"""`voiceforge doctor`: looks at everything the server stands on and says how to mend what is wrong.

It loads each engine and the database for real, as `serve` would, and leaves nothing running behind. It must
never change a setting of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.terminal import add_config_option, add_json_option, console, print_json, progress

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.calls.routes import AgentSpec
    from mediaserver.config import Settings
    from mediaserver.diagnosis.finding import Finding

STEPS = 6
LOAD_LIMIT_S = 60.0
SET_UP_AGAIN = "set up again with `make clean doctor`; if it stays, report it with this line"


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="check this machine and say how to mend what is wrong",
        description="Check ports, database, engines, timers, limits. Exit code 1 if the server cannot work.",
    )
    add_config_option(parser)
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    import uvloop

    from mediaserver.config import load
    from mediaserver.errors import StartupError

    findings = uvloop.run(_examine(load(args.config)))
    failed = [finding.name for finding in findings if finding.fatal]
    if args.json:
        print_json({"ok": not failed, "checks": [finding.as_dict() for finding in findings]})
    else:
        _show(findings)
    if failed:
        raise StartupError(f"the server cannot work here: {', '.join(failed)}")
    return 0


async def _examine(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    with progress() as bar:
        task = bar.add_task("looking at the machine", total=STEPS)
        async for name, some in _steps(settings):
            findings += some
            bar.update(task, advance=1, description=name)
    return findings


async def _steps(settings: Settings) -> AsyncIterator[tuple[str, list[Finding]]]:
    """The findings, and what is looked at next. The clock comes before what keeps the processors busy."""
    from cli.serving.certificates import examine
    from cli.serving.cleaning import findings_of
    from cli.serving.pjsua2 import pjsua2
    from cli.serving.who_may_call import weak_secrets
    from mediaserver.diagnosis import checks
    from mediaserver.diagnosis.public_host import public_hosts
    from mediaserver.diagnosis.realtime import helper, realtime

    yield (
        "timers",
        [
            checks.python(),
            checks.processors(),
            *checks.ports(settings),
            *await public_hosts(settings),
            *await asyncio.to_thread(examine, settings),
            checks.http_guard(settings),
        ],  # fmt: skip
    )
    yield (
        "limits",
        [
            await checks.clock(),
            realtime(settings),
            *helper(settings),
            *findings_of(settings.media),
        ],
    )
    yield "database", [checks.open_files(settings), checks.udp_buffers(), disk := checks.disk(settings)]
    yield "voice detector", await database(settings, disk)
    # Without a detector what is loud is taken for speech.
    yield "recogniser and voice", [replace(await timed("engine vad", load_vad), required=False)]
    engines = settings.engines
    yield (
        "done",
        [
            *weak_secrets(settings.sip),
            pjsua2(settings),
            *await preferred(engines.stt, partial(load_stt, settings)),
            *await preferred(engines.tts, partial(load_tts, settings)),
            *await mcp_servers_there(settings),
            *await models(settings),
            *await embedder(settings),
            *await speech_models_there(settings),
        ],
    )


async def database(settings: Settings, disk: Finding) -> list[Finding]:
    """Start the embedded PostgreSQL (or join the one of a running server), or connect to DATABASE_URL; then
    look for pgvector, and at the agents and routes in it."""
    from cli.knowledge_embedding import vectors_finding
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.storage.postgres import EmbeddedPostgres, open_pool, where

    url = settings.database.url.get_secret_value()
    if not url and disk.fatal:
        return [Finding("database", False, "not tried: its folder cannot be used", disk.mend)]
    rows: list[Finding] = []

    async def connect() -> str:
        embedded = None if url else EmbeddedPostgres(settings.data)
        try:
            pool = await open_pool(await embedded.start() if embedded is not None else url, 1)
            try:
                version: str = await pool.fetchval("SHOW server_version")
                rows.append(await vectors_finding(pool, settings))
                rows.extend(await directory_rows(pool, settings))
            finally:
                await pool.close()
        finally:
            if embedded is not None:
                await embedded.stop()
        return f"PostgreSQL {version}, {f'at {where(url)}' if url else 'embedded'}"

    mend = "start it, or unset DATABASE_URL to use the embedded one" if url else "set DATABASE_URL to another"
    return [await timed("database", connect, mend), *rows]


async def directory_rows(pool: asyncpg.Pool, settings: Settings) -> list[Finding]:
    """What a running server would find wrong with the tables agents and routes; nothing where no server has
    made them yet."""
    from asyncpg import UndefinedColumnError, UndefinedTableError

    from cli.makers import fault
    from mediaserver.calls.routes import RouteTable
    from mediaserver.storage import agents as tables

    try:
        agents, routes = await tables.all_agents(pool), await tables.all_routes(pool)
    except (UndefinedTableError, UndefinedColumnError):
        return []
    table = RouteTable(agents, routes, settings.sip.extensions, fault)
    rows = list(table.agents.values())
    found = table.findings() + row_engines(rows, settings) + row_tongues(rows, settings)
    return found + await row_documents(pool, rows)


async def row_documents(pool: asyncpg.Pool, agents: Iterable[AgentSpec]) -> list[Finding]:
    """Each collection of documents that a row names and in which there are none."""
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.storage.knowledge import collections
    from pipelines.knowledge.tool import PREFIX

    there = set(await collections(pool))
    named = [
        (agent.name, tool.removeprefix(PREFIX))
        for agent in agents
        for tool in agent.tools
        if tool.startswith(PREFIX)
    ]
    return [
        Finding(
            f"tools of agent {agent}",
            False,
            f"there are no documents in '{collection}': its searches find nothing",
            f"add some (`voiceforge knowledge add {collection} FILE`), or name another collection in its row",
            required=False,
        )
        for agent, collection in named
        if collection not in there
    ]


def row_engines(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Each engine that a row names and that cannot be had. Looks for files, keys and devices only."""
    from cli.serving.engines import engine_options
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.errors import EngineMissingError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    known, named = registry(), defaultdict[tuple[Kind, str], list[str]](list)
    for agent in agents:
        for kind, names in ((Kind.STT, agent.stt), (Kind.TTS, agent.tts), (Kind.LLM, agent.llm)):
            for name in names:
                named[kind, name].append(agent.name)
    findings = []
    for (kind, name), rows in named.items():
        try:
            known.check(kind, name, engine_options(settings, kind, name))
        except EngineMissingError as error:
            mend = f"do as it says, or name another in the rows of {', '.join(rows)}"
            findings.append(Finding(f"engine {name}", False, str(error), mend, required=False))
    return findings


def row_tongues(agents: Iterable[AgentSpec], settings: Settings) -> list[Finding]:
    """Languages in which a row's calls may go on by what it says, and for which it has no engine."""
    from cli.serving.row_languages import row_languages, unspoken
    from mediaserver.diagnosis.finding import Finding
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    known, usual, findings = registry(), settings.engines, list[Finding]()
    for agent in agents:
        lists = ((Kind.STT, agent.stt or usual.stt), (Kind.TTS, agent.tts or usual.tts))
        findings += unspoken(agent, row_languages(agent, usual.language)[1:], lists, known.knows)
    return findings


async def preferred(names: Iterable[str], load: Callable[[str], Awaitable[str]]) -> list[Finding]:
    """Each engine of a list of the settings; one that works is enough."""
    mend = "do as it says, or name another in the settings' engines"
    findings = [await timed(f"engine {name}", partial(load, name), mend) for name in names]
    return [replace(each, required=not any(f.ok for f in findings)) for each in findings]


async def models(settings: Settings) -> list[Finding]:
    """Each language model that agents may think with by the settings: whether its server is there, takes the
    key and knows the model. No token is spent; the server works without."""
    from cli.serving.engines import default_llms
    from pipelines.engines.builtin import registry

    names = dict.fromkeys((*default_llms(settings, registry()), *named_models(settings)))
    mend = "do as it says, or take it out of the settings' engines"
    return [
        replace(await timed(f"engine {name}", partial(load_llm, settings, name), mend), required=False)
        for name in names
    ]


async def speech_models_there(settings: Settings) -> list[Finding]:
    """Each model that hears and speaks by itself: whether it takes a session. The server works without."""
    from cli.speech_model_check import session_there
    from pipelines.speech_to_speech.endpoint import speech_models

    mend = "do as it says, or take it out of engines.speech_to_speech; other agents work without it"
    return [
        replace(
            await timed(f"speech to speech {name}", partial(session_there, name, given), mend), required=False
        )
        for name, given in speech_models(settings.engines.speech_to_speech).items()
    ]


def named_models(settings: Settings) -> list[str]:
    """Endpoints that have a table of their own."""
    from pipelines.engines.builtin import LLMS

    return [name for name in settings.engines.options if name in LLMS or name.partition(":")[0] in LLMS]


async def load_llm(settings: Settings, name: str) -> str:
    """Ask a language model's server which models it has."""
    from cli.serving.engines import engine_options
    from mediaserver.errors import EngineError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    options = engine_options(settings, Kind.LLM, name)
    llm = await asyncio.to_thread(registry().make, Kind.LLM, name, options)
    try:
        await llm.start()
    finally:
        await llm.stop()
    if doubt := getattr(llm, "doubt", ""):
        raise EngineError(doubt)
    return llm.manifest.name


async def embedder(settings: Settings) -> list[Finding]:
    """The model for embeddings, asked for one: it costs a token. The server works without."""
    from cli.knowledge_embedding import try_embedder

    if not (name := settings.engines.embedding):
        return []
    mend = "do as it says, or take it out of engines.embedding; until then documents are found by words"
    return [replace(await timed(f"engine {name}", partial(try_embedder, settings), mend), required=False)]


async def load_vad() -> str:
    import numpy as np

    from mediaserver.media.time import FRAME_SAMPLES
    from pipelines.engines.builtin import VAD, registry
    from pipelines.engines.protocols import Kind

    vad = await asyncio.to_thread(registry().make, Kind.VAD, VAD)
    slot = vad.open()
    for _ in range(2):  # the second frame completes a chunk
        rows, scores = vad.process([slot], np.zeros((1, FRAME_SAMPLES), np.int16))
    vad.close(slot)
    return VAD


async def load_stt(settings: Settings, name: str) -> str:
    """Start a recogniser's worker and let it hear a moment of silence."""
    import numpy as np

    from cli.serving.engines import engine_options
    from mediaserver.media.time import FRAME_SAMPLES
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind, SttResult

    stt = registry().make(Kind.STT, name, engine_options(settings, Kind.STT, name))
    await stt.start()
    try:
        final: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def on_result(result: SttResult) -> None:
            if result.final and not final.done():
                final.set_result(None)

        session = stt.session(on_result)
        session.begin(1)
        for _ in range(25):
            session.feed(np.zeros(FRAME_SAMPLES, np.int16))
        session.flush(1)
        await final
        session.close()
    finally:
        await stt.stop()
    return stt.manifest.name


async def load_tts(settings: Settings, name: str) -> str:
    """Start a voice's worker and let it say a word."""
    from cli.serving.engines import engine_options
    from mediaserver.errors import EngineError
    from pipelines.engines.builtin import registry
    from pipelines.engines.protocols import Kind

    tts = registry().make(Kind.TTS, name, engine_options(settings, Kind.TTS, name))
    await tts.start()
    try:
        samples = sum([len(chunk.samples) async for chunk in tts.speak("ready")])
    finally:
        await tts.stop()
    if samples == 0:
        raise EngineError(f"{tts.manifest.name} gave no audio; run `make clean` and set up again")
    return tts.manifest.name


async def mcp_servers_there(settings: Settings) -> list[Finding]:
    """Start and connect to each of the settings, as the server would."""
    from cli.serving.mcp import mcp_servers
    from cli.serving.tools import mcp_finding
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.errors import ConfigError
    from pipelines.tools.mcp.servers import McpServers

    try:
        servers = McpServers(mcp_servers(settings))
    except ConfigError as error:
        return [Finding("MCP servers", False, str(error), "set it, or change [mcp] of the settings")]
    servers.start()
    try:
        await servers.settle(LOAD_LIMIT_S)
        return [mcp_finding(state) for state in servers.states]
    finally:
        await servers.close()


async def timed(check: str, load: Callable[[], Awaitable[str]], mend: str = SET_UP_AGAIN) -> Finding:
    """Run one loader: how long it took, or the one line that says why it failed."""
    from mediaserver.diagnosis.finding import Finding
    from mediaserver.errors import VoiceForgeError

    started = time.perf_counter()
    try:
        async with asyncio.timeout(LOAD_LIMIT_S):
            what = await load()
    except TimeoutError:
        return Finding(check, False, f"not ready after {LOAD_LIMIT_S:.0f} s", mend)
    except VoiceForgeError as error:
        return Finding(check, False, " ".join(str(error).split()), mend)
    except Exception as error:  # whatever an engine's library raises is a finding here, not a crash
        detail = f"{type(error).__name__}: {' '.join(str(error).split())}"
        return Finding(check, False, detail, mend)
    return Finding(check, True, f"{what}, ready in {(time.perf_counter() - started) * 1e3:.0f} ms")


def _mark(finding: Finding) -> str:
    if finding.ok:
        return "[green]ok[/]"
    return "[red]fail[/]" if finding.fatal else "[yellow]warn[/]"


def _show(findings: list[Finding]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from mediaserver.printable import printable

    table = Table("check", "", "found", box=None, header_style="bold")
    for finding in findings:
        text = escape(printable(finding.detail))
        if finding.mend:
            text += f"\n[bold]→[/] {escape(printable(finding.mend))}"
        table.add_row(escape(printable(finding.name)), _mark(finding), text)
    console().print(table)
