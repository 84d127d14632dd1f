"""`voiceforge simulate FLOW --replay`: past calls of the database once more, to the flow as it is now."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from callers.simulated.persona import Persona
from callers.simulated.recorded import RecordedCall, recorded_call
from callers.simulated.replaying import Replayed, as_json, replay
from cli.simulate.source import SimulatedFlow
from cli.terminal import console, print_json
from mediaserver.errors import ConfigError
from mediaserver.printable import printable

if TYPE_CHECKING:
    from mediaserver.config import Settings

CALLS = 100
"""Where no number is given."""
MOST_SHOWN = 30


async def replay_calls(args: argparse.Namespace, settings: Settings, flow: SimulatedFlow) -> int:
    """The exit code: 0 when the share of calls that are the same reaches the threshold. Raises ConfigError
    where there is no call to replay."""
    calls = await _recorded(settings, flow.name, since(args.since, datetime.now().astimezone()), args.calls)
    if not calls:
        raise ConfigError(f"no call to {flow.name} is kept{' since then' if args.since else ''}")
    make = flow.make
    assert make is not None
    replayed = []
    for recorded in calls:
        caller = Persona(name="recorded", world=recorded.world)
        replayed.append(await replay(recorded, make(uuid4(), caller)))
    result = {"flow": flow.name, "version": flow.version, **as_json(replayed)}
    if args.json:
        print_json(result)
    else:
        _show(result, replayed)
    return 0 if result["same"] / result["calls"] >= args.threshold else 1


def since(text: str | None, now: datetime) -> datetime | None:
    """`7d`, `12h`, a date, or a date and time (local where it has no zone). Raises ConfigError."""
    if text is None:
        return None
    if shape := re.fullmatch(r"(\d{1,5})([dh])", text):
        count = int(shape[1])
        return now - (timedelta(days=count) if shape[2] == "d" else timedelta(hours=count))
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--since {text}: give a date (2026-11-22), or how long ago (7d, 12h)") from None
    return when if when.tzinfo is not None else when.astimezone()


async def _recorded(
    settings: Settings, name: str, begin: datetime | None, limit: int | None
) -> list[RecordedCall]:
    """Newest first."""
    from cli.database import server_database
    from cli.text_agents import has_database
    from mediaserver.storage import calls, events, messages, outcomes, turns

    if not has_database(settings):
        raise ConfigError(f"there is no database in {settings.data}: no call was ever kept")
    found = []
    async with server_database(settings) as connection:
        for row in await calls.talked_to(connection, name, begin, limit or CALLS):
            call_id = row["id"]
            found.append(
                recorded_call(
                    str(call_id),
                    row["answered_at"].astimezone(),
                    await turns.of_call(connection, call_id),
                    await events.of_call(connection, call_id),
                    await outcomes.of_call(connection, call_id),
                    await messages.of_call(connection, call_id),
                    row,
                )
            )
    return [each for each in found if len(each.turns) > 1]


def _show(result: dict[str, Any], replayed: Sequence[Replayed]) -> None:
    out = console()

    def line(text: str) -> None:
        out.print(printable(text), markup=False, soft_wrap=True)

    for each in [one for one in replayed if not one.same][:MOST_SHOWN]:
        line(f"call {each.recorded.call_id}, {each.recorded.began.date()}")
        if (difference := each.difference) is not None:
            line(f"  turn {difference.turn}, caller: {difference.caller or '(answered)'}")
            line(f"    before  {difference.before or '(nothing)'}")
            line(f"    now     {difference.now or '(nothing)'}")
        if each.outcome_changed:
            line(f"  outcome {each.outcome_before} → {each.outcome_now}")
        if each.unanswered:
            line(f"  it ends {each.unanswered} turns of the caller's earlier")
        if each.trouble:
            line(f"  {each.trouble}")
    more = len(replayed) - result["same"] - MOST_SHOWN
    if more > 0:
        line(f"and {more} more")
    line(
        f"{result['same']} of {result['calls']} calls to {result['flow']} go as they went; "
        f"{result['outcome_changed']} come to something else"
    )
