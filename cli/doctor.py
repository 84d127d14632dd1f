"""`voiceforge doctor`: looks at everything the server stands on and says how to mend what is wrong.

It loads each engine and the database for real, as `serve` would, and leaves nothing running behind. It must
never change a setting of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.doctor_engines import (
    LOAD_LIMIT_S,
    embedder,
    load_stt,
    load_tts,
    load_vad,
    models,
    preferred,
    row_engines,
    row_models,
    row_speech_models,
    row_tongues,
    speech_models_there,
    timed,
)
from cli.doctor_environments import spoilt_engines
from cli.findings import in_markup
from cli.terminal import add_config_option, add_json_option, console, print_json, progress

if TYPE_CHECKING:
    import asyncpg

    from mediaserver.calls.routes import AgentSpec
    from mediaserver.config import Settings
    from mediaserver.diagnosis.finding import Finding

STEPS = 6


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
    from cli.serving.engine_options import engine_modes
    from cli.serving.fetching import examine_fetching
    from cli.serving.modes import with_mode
    from cli.serving.pjsua2 import pjsua2
    from cli.serving.who_may_call import weak_secrets
    from mediaserver.diagnosis import checks
    from mediaserver.diagnosis.public_host import public_hosts
    from mediaserver.diagnosis.realtime import helper, realtime
    from pipelines.engines.builtin import registry

    yield (
        "timers",
        [
            checks.python(),
            checks.processors(),
            *checks.ports(settings),
            *await public_hosts(settings),
            *await asyncio.to_thread(examine, settings),
            checks.http_guard(settings),
            *await examine_fetching(settings.fetch),
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
    engines = with_mode(settings, engine_modes(settings, registry())).engines
    yield (
        "done",
        [
            *weak_secrets(settings.sip),
            pjsua2(settings),
            *await asyncio.to_thread(spoilt_engines, settings),
            *await preferred(engines.stt, partial(load_stt, settings)),
            *await preferred((*engines.tts, *engines.absent_voices), partial(load_tts, settings)),
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
    """What a running server would find wrong with agents, routes and flows; nothing where no server has made
    their tables yet."""
    from asyncpg import UndefinedColumnError, UndefinedTableError

    from cli.makers import fault
    from cli.serving.engine_options import engine_modes
    from cli.serving.flows import dressed_by, flow_fault, flow_findings, shelf_of
    from cli.serving.modes import agent_with_modes
    from cli.serving.prompts import unplayable
    from mediaserver.calls.directory import DirectoryRows
    from mediaserver.calls.routes import RouteTable
    from mediaserver.storage.prompts import all_prompts
    from pipelines.engines.builtin import registry
    from pipelines.flows.library.references import MayUse, names_of

    try:
        rows = await DirectoryRows.of(pool)
        shelf = await shelf_of(pool, settings.shared)
        owners = {shelf.owner(each.flow) for each in shelf.shelved()}
        names = {owner: await names_of(pool, MayUse(owner, settings.shared)) for owner in owners}
        prompts = {(row["name"], row["owner"]) for row in await all_prompts(pool)}
    except (UndefinedTableError, UndefinedColumnError):
        return []
    dress = partial(agent_with_modes, engine_modes(settings, registry()))
    check = partial(fault, flow_fault=lambda name: flow_fault(name, shelf), shared=settings.shared)
    table = RouteTable(rows.agents, (), settings.sip.extensions, check, index=rows.indexed(), dress=dress)
    named = [dressed_by(shelf, agent) for agent in table.agents.values()]
    return [
        *table.findings(),
        *flow_findings(shelf, names.__getitem__),
        *unplayable(named, lambda name, owner: not prompts.isdisjoint({(name, None), (name, owner)})),
        *row_engines(named, settings),
        *row_tongues(named, settings),
        *row_speech_models(named, settings),
        *await row_models(named, settings),
        *await row_documents(pool, named),
    ]


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


def _mark(finding: Finding) -> str:
    if finding.ok:
        return "[green]ok[/]"
    return "[red]fail[/]" if finding.fatal else "[yellow]warn[/]"


def _show(findings: list[Finding]) -> None:
    from rich.table import Table

    table = Table("check", "", "found", box=None, header_style="bold")
    for finding in findings:
        text = in_markup(finding.detail)
        if finding.mend:
            text += f"\n[bold]→[/] {in_markup(finding.mend)}"
        table.add_row(in_markup(finding.name), _mark(finding), text)
    console().print(table)
