"""What is used and follows from records that are kept anyway: counted in the transaction that keeps them.

So nothing is counted that is not kept, nor the reverse; and as each id is made of the record's own, a record
that is written again counts nothing again. What engines of speech did comes as records of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from mediaserver.storage import phone_prices
from mediaserver.storage.records import EventHappened, SummaryMade, UsageCounted, UsageKind
from mediaserver.storage.sql import Database, to_json
from mediaserver.storage.usage import counted

MOST_TOKENS = 10**12
"""Of one answer; servers that count for us may claim any."""
SPEECH_TO_SPEECH = "speech-to-speech"
"""In the place of its name, where a model that hears and speaks has none in the settings."""

_CALL = """
    select owner, coalesce(agent, '') as agent, coalesce(answered_at, started_at) as began, answered_at,
        ended_at, coalesce(
            (select flow from flow_runs where call_id = calls.id order by began_at, flow limit 1), ''
        ) as flow
    from calls where id = $1
"""


async def calls_over(connection: Database, ended: Iterable[UUID], node: UUID | None) -> None:
    """Calls have ended: each is one, of so many seconds if it was answered."""
    for call_id in ended:
        call = await connection.fetchrow(_CALL, call_id)
        if call is None or call["ended_at"] is None:
            continue
        await _count(connection, call, call_id, node, call["ended_at"], UsageKind.CALLS, 1.0)
        if call["answered_at"] is not None:
            seconds = max(0.0, (call["ended_at"] - call["answered_at"]).total_seconds())
            await _count(connection, call, call_id, node, call["ended_at"], UsageKind.CALL_SECONDS, seconds)
        await legs_over(connection, call_id, node)


async def legs_over(connection: Database, of: UUID, node: UUID | None) -> None:
    """Legs by a trunk that are over, of a call or one by its id: each is so many seconds of the telephone,
    at what they cost by the prices of that day."""
    rows = await connection.fetch(
        "select id, call_id, direction, trunk, number, opened_at, closed_at from legs "
        "where (id = $1 or call_id = $1) and trunk <> '' and direction <> '' and closed_at is not null",
        of,
    )
    for leg in rows:
        call = await connection.fetchrow(_CALL, leg["call_id"])
        if call is None:
            continue
        seconds = max(0.0, (leg["closed_at"] - leg["opened_at"]).total_seconds())
        kind = UsageKind.PHONE_SECONDS_IN if leg["direction"] == "in" else UsageKind.PHONE_SECONDS_OUT
        price = await phone_prices.price_of(
            connection, leg["trunk"], leg["direction"], leg["number"], leg["closed_at"].astimezone(UTC).date()
        )
        cost = None if price is None else price.of(seconds)
        await _count(
            connection, call, leg["call_id"], node, leg["closed_at"], kind, seconds, f"leg {leg['id']}",
            leg["trunk"], cost,
        )  # fmt: skip


async def provider_paid(
    connection: Database, account: str, ref: str, session: UUID | None, node: UUID | None
) -> None:
    """What a call by a telephony provider cost, by the provider's own word: where it is said in US dollars,
    and nobody has given prices for that account."""
    rows = await connection.fetch(
        "select session, call_id, direction, abs(cost) as cost, coalesce(ended_at, began_at) as at "
        "from provider_calls where account = $1 and (($2 <> '' and ref = $2) or session = $3) "
        "and cost is not null and upper(currency) = 'USD' and call_id is not null and ended_at is not null",
        account, ref, session,
    )  # fmt: skip
    for row in rows:
        direction = "in" if row["direction"] == "inbound" else "out"
        if await phone_prices.has_price(connection, account, direction):
            continue
        call = await connection.fetchrow(_CALL, row["call_id"])
        if call is None:
            continue
        kind = UsageKind.PHONE_SECONDS_IN if direction == "in" else UsageKind.PHONE_SECONDS_OUT
        what = f"provider {row['session']}"
        await _count(
            connection, call, row["call_id"], node, row["at"], kind, 0.0, what, account, row["cost"]
        )  # fmt: skip


async def model_answered(connection: Database, record: EventHappened, node: UUID | None) -> None:
    """An event `llm`: what one answer of a language model took."""
    call = await connection.fetchrow(_CALL, record.call_id)
    if call is None:
        return
    data = record.data
    at = call["began"] + timedelta(milliseconds=max(0, record.at_ms))
    # As the index `events_once` has it: the same data at the same time is the same event.
    what = f"llm {record.at_ms} {to_json(data)}"
    model, cost = str(data.get("model") or ""), data.get("cost")
    if isinstance(usage := data.get("usage"), Mapping):
        tokens, model = (usage.get("input_tokens"), usage.get("output_tokens")), model or SPEECH_TO_SPEECH
    else:
        tokens = data.get("tokens_in"), data.get("tokens_out")
    await _tokens(connection, call, record.call_id, node, at, what, model, tokens, cost)


async def summarised(connection: Database, record: SummaryMade, node: UUID | None) -> None:
    """A model has written a summary."""
    call = await connection.fetchrow(_CALL, record.call_id)
    if call is None:
        return
    at = call["ended_at"] or call["began"]
    tokens = record.prompt_tokens, record.completion_tokens
    await _tokens(
        connection, call, record.call_id, node, at, "summary", record.model, tokens, record.cost
    )  # fmt: skip


async def _tokens(
    connection: Database,
    call: Any,
    call_id: UUID,
    node: UUID | None,
    at: datetime,
    what: str,
    model: str,
    tokens: tuple[Any, Any],
    cost: Any,
) -> None:
    """A cost that is known is that of question and answer together. It stands with the answer's tokens."""
    asked, answered = map(_amount, tokens)
    if not asked and not answered:
        return
    paid = _amount(cost) if cost is not None else None
    for kind, amount, price in (
        (UsageKind.LLM_PROMPT_TOKENS, asked, None if paid is None else 0.0),
        (UsageKind.LLM_COMPLETION_TOKENS, answered, paid),
    ):
        await _count(connection, call, call_id, node, at, kind, amount, f"{what} {kind}", model, price)


async def _count(
    connection: Database,
    call: Any,
    call_id: UUID,
    node: UUID | None,
    at: datetime,
    kind: UsageKind,
    amount: float,
    what: str = "",
    engine: str = "",
    cost: float | None = None,
) -> None:
    """`what`: tells this count from others of the call; empty: there is one of its kind."""
    if not amount and not cost:
        return
    record = UsageCounted(
        uuid5(call_id, what or str(kind)), at, call["owner"], kind, amount, engine, call["agent"],
        call["flow"], call_id, cost,
    )  # fmt: skip
    await counted(connection, record, node)


def _amount(value: Any) -> float:
    """A number that somebody else says; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0.0
    return float(min(max(value, 0), MOST_TOKENS))
