"""`voiceforge bench conversation`: scripted callers talk to a server of our own over real SIP, many at once.

Figures come from the wire and from what was kept of each call. A case that hangs is a failed case.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from callers.calling import CallingParty
from callers.cases.caller import ScriptedCaller
from callers.cases.evidence import Evidence
from callers.cases.families import ABOUT, chosen, quick
from callers.cases.keep import keep
from callers.cases.references import REFERENCES, undisturbed
from callers.cases.scenery import Scenery
from callers.cases.script import Case
from callers.cases.tally import Result, as_json
from callers.cases.verdict import Measured, judge
from callers.server_child import ServerChild
from callers.sound import Samples
from callers.voices import VOICES, Voices, default_cache
from cli.bench.conversation_page import read_page, read_result, table, written
from cli.bench.scripted_agents import AGENTS
from cli.terminal import console, print_json, progress
from mediaserver.errors import VoiceForgeError

GRACE_S = 20.0
"""After a case's own limit it is given up."""
SETTLE_S = 2.0
VOICE_BACK_S = 4.0
"""A worker that was killed is there again."""
TTS_WORKER = "tts.espeak.worker"
SETTINGS = {"RECORDING__ENABLED": "false", "MEDIA__OVERLOAD_MS": "0", "SIP__MAX_CALLS": "100"}
SHUFFLED_BY = 8
"""Cases come mixed, so that heavy families do not fall together; always in the same order."""


@dataclass
class Run:
    """The set being played."""

    server: ServerChild
    stage: Scenery
    folder: Path | None
    references: dict[str, Samples] = field(default_factory=dict)
    lengths: dict[str, float] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    parties: dict[str, CallingParty] = field(default_factory=dict)

    async def play(self, case: Case) -> Evidence:
        caller = ScriptedCaller(case, self.stage, self.lengths, self._kill_voice)
        try:
            async with asyncio.timeout(case.limit_s + GRACE_S):
                return await caller.play(self.parties[case.agent])
        except TimeoutError:
            return Evidence(case, trouble="the call could not be ended")

    async def judged(self, case: Case) -> Result:
        evidence = await self.play(case)
        measured = await asyncio.to_thread(self._judge, evidence)
        if self.folder is not None:
            await asyncio.to_thread(keep, self.folder, evidence, measured)
        result = Result(case, measured)
        self.results.append(result)
        return result

    def _judge(self, evidence: Evidence) -> Measured:
        try:
            return judge(evidence, self.references)
        except Exception as error:  # a case must not take the others with it
            return Measured((f"the verdict failed: {type(error).__name__}: {error}",))

    def _kill_voice(self) -> None:
        self.server.kill_worker(TTS_WORKER)

    async def learn(self, cases: Sequence[Case]) -> None:
        """How the agents sound when nobody disturbs them."""
        agents = {case.agent for case in cases}
        wanted = [case for case in REFERENCES if case.agent in agents]
        for case in wanted:
            self.stage.prepare(case)
        for evidence in await asyncio.gather(*(self.play(case) for case in wanted)):
            found = await asyncio.to_thread(undisturbed, evidence)
            self.references |= {text: track for text, track in found.items() if text not in self.references}
        self.lengths |= {text: len(track) / 8 for text, track in self.references.items()}


async def run(args: argparse.Namespace) -> int:
    before = read_result(args.before) if args.before else None
    cases = chosen(args.only, args.case, args.seeds, quick() if args.quick else None)
    if args.list:
        for case in cases:
            print(case.name)
        return 0
    if not cases:
        raise VoiceForgeError(f"no case has such a name; families are {', '.join(ABOUT)}")
    _have_places(args)
    stage = Scenery(Voices(args.cache or default_cache()))
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        bar = stack.enter_context(progress())
        task = bar.add_task("making speech", total=2 * len(cases))
        left_out = _prepared(cases, stage, lambda: bar.advance(task))
        cases = [case for case in cases if case.name not in left_out]
        bar.update(task, description="starting")
        server = await stack.enter_async_context(ServerChild(settings=SETTINGS))
        played = Run(server, stage, args.keep)
        await _agents(server, {case.agent for case in cases})
        for agent in {case.agent for case in cases}:
            party = CallingParty(server.sip_uri(agent))
            played.parties[agent] = await stack.enter_async_context(party)
        await asyncio.sleep(SETTLE_S)
        await played.learn(cases)
        bar.update(task, description=f"{len(cases)} cases")
        await _all(played, cases, args.parallel, lambda: bar.advance(task))
        clocks = [party.wire.clock_quality() for party in played.parties.values()]
    order = {case.name: index for index, case in enumerate(cases)}
    played.results.sort(key=lambda result: order[result.case.name])
    result = as_json(played.results, _about(clocks, time.monotonic() - began, args.parallel, left_out))
    _deliver(args, result, before)
    return 0 if not result["failed"] else 1


def _have_places(args: argparse.Namespace) -> None:
    """See to it before the first call that all that is wanted can be written after the last. Raises
    VoiceForgeError."""
    if args.page is not None:
        read_page(args.page)
    if args.save is not None and (args.save.is_dir() or not args.save.parent.is_dir()):
        raise VoiceForgeError(f"{args.save} cannot be written: name a file in a folder that is there")
    for folder in filter(None, (args.keep, args.cache)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VoiceForgeError(f"{folder} cannot be made: {error.strerror}") from None


async def _all(played: Run, cases: Sequence[Case], parallel: int, step: Callable[[], None]) -> None:
    together = [case for case in cases if not case.alone]
    random.Random(SHUFFLED_BY).shuffle(together)
    waiting = iter(together)

    async def one_after_the_other(index: int) -> None:
        await asyncio.sleep(0.7 * index)
        for case in waiting:
            await played.judged(case)
            step()

    await asyncio.gather(*(one_after_the_other(i) for i in range(parallel)))
    for case in cases:
        if case.alone:
            await played.judged(case)
            step()
            await asyncio.sleep(VOICE_BACK_S)


def _prepared(cases: Sequence[Case], stage: Scenery, step: Callable[[], None]) -> dict[str, str]:
    """Make all speech and noise. Returns the cases that cannot be played here, with the reason."""
    missing = {voice: why for voice in VOICES if (why := stage.voices.missing(voice))}
    left_out: dict[str, str] = {}
    for case in cases:
        if why := missing.get(case.voice, ""):
            left_out[case.name] = why
        else:
            try:
                stage.prepare(case)
            except VoiceForgeError as error:
                left_out[case.name] = str(error)
        step()
    if len(left_out) == len(cases):
        raise VoiceForgeError(f"nothing can be played here: {'; '.join(dict.fromkeys(left_out.values()))}")
    return left_out


async def _agents(server: ServerChild, wanted: set[str]) -> None:
    """Put our own agents into the server's table, as a user would."""
    from cli.database import server_database
    from mediaserver.config import load
    from mediaserver.storage import agents as tables
    from mediaserver.storage.routes import put_route

    own = wanted & AGENTS.keys()
    if not own:
        return
    settings = load(overrides={"data": server.data})
    async with server_database(settings) as connection, connection.transaction():
        for name in sorted(own):
            await tables.put_agent(connection, agent_row(name))
            await put_route(connection, name, name)


def agent_row(name: str) -> dict[str, Any]:
    """Of the agent of ours that some cases talk to."""
    return {
        "name": name, "kind": "python", "flow": "", "prompt": "", "voice": "", "language": "",
        "entry": f"cli.bench.scripted_agents:{AGENTS[name]}", "stt": [], "tts": [], "llm": [],
        "turn": {}, "recording": False, "insight": {"summary": "off"}, "tools": [], "assistant": {},
        "background": {},
        "retention": {},
        "redaction": {},
    }  # fmt: skip


def _about(
    clocks: Sequence[dict[str, Any]], seconds: float, parallel: int, left_out: dict[str, str]
) -> dict[str, Any]:
    late = max((c["send_late_p99_ms"] or 0.0 for c in clocks), default=0.0)
    return {
        "date": date.today().isoformat(),
        "commit": _commit(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "minutes": round(seconds / 60, 1),
        "parallel": parallel,
        "caller_late_p99_ms": round(late, 1),
        "left_out": left_out,
    }


def _commit() -> str:
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except OSError:  # no git: an installed server has none
        return "?"
    return asked.stdout.strip() or "?"


def _deliver(args: argparse.Namespace, result: dict[str, Any], before: dict[str, Any] | None) -> None:
    if args.save is not None:
        args.save.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    if args.page is not None:
        args.page.write_text(written(read_page(args.page), drawn(result, before)))
    if args.json:
        print_json(result)
        return
    out = console()
    out.print(table(result, before), markup=False, soft_wrap=True)
    for why, names in _by_reason(result["about"]["left_out"]).items():
        out.print(f"left out: {', '.join(names)}: {why}", markup=False, soft_wrap=True)
    for name, reasons in result["failed"].items():
        out.print(f"failed: {name}: {'; '.join(reasons)}", markup=False, soft_wrap=True)
    about = result["about"]
    out.print(f"{about['minutes']} min, caller's packets {about['caller_late_p99_ms']} ms late at p99")


def _by_reason(left_out: dict[str, str]) -> dict[str, list[str]]:
    """Reason -> the cases that are left out for it, without their seeds: hundreds may be."""
    cases: dict[str, dict[str, None]] = {}
    for name, why in left_out.items():
        cases.setdefault(why, {})[name.rpartition("/")[0]] = None
    return {why: list(names) for why, names in cases.items()}


def drawn(result: dict[str, Any], before: dict[str, Any] | None) -> str:
    """The table with the line that says where its figures come from."""
    about = result["about"]
    head = f"Commit {about['commit']}, {about['date']}, {about['machine']}, {about['parallel']} calls at once"
    if before is not None:
        old = before["about"]
        head += f"; before: commit {old['commit']}, {old['date']} (`before → now` where they differ)"
    return f"{head}.\n\n{table(result, before)}"
