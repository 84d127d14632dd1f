"""`/api/flows/generate`: a language model draws a flow from plain words, or changes one, and is watched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web
from pydantic import Field

from api.access.access import KeyRefused
from api.access.asker import asker
from api.access.scopes import Scope
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.engine_faults import failed
from api.flows.asking import (
    check_code,
    checked_change,
    checked_use,
    flow_in_use,
    maker_of,
    named,
    pool_of,
    told_faults,
    version_in_use,
)
from api.flows.shown import DOCUMENT, DOCUMENT_BYTES, FlowName
from api.flows.streaming import streamed
from api.guard import told_refusal
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.errors import CapacityError, ConfigError, EngineError
from mediaserver.storage.records import UsageCounted, UsageKind
from mediaserver.storage.sql import Row
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.protocols import Llm
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of, written
from pipelines.flows.generating.author import (
    MOST_WORDS,
    AuthorAnswer,
    FlowAuthor,
    GeneratedFlow,
    GenerationError,
)
from pipelines.flows.library.keeping import FlowMaker, save_flow
from pipelines.flows.library.reading import read_flow
from pipelines.flows.library.references import known_of

routes = ApiRoutes("flow-making", "Flows from plain words.")

NOTE_CHARACTERS = 200


class FlowWanted(RequestModel):
    """What a language model shall draw."""

    words: str = Field(
        min_length=1, max_length=MOST_WORDS, description="What the flow shall do, or what shall be otherwise."
    )
    name: FlowName | None = Field(default=None, description="Of a new flow; the model finds one without.")
    edit: FlowName | None = Field(default=None, description="Change the newest version of this flow.")
    document: dict[str, Any] | None = Field(
        default=None, description=f"Of `edit`: changed in the place of that version. {DOCUMENT}"
    )
    llm: str = Field(default="", max_length=100, description="The language model; else that of the settings.")
    save: bool = Field(default=False, description="Keep what comes of it as a version. It is not published.")


@routes.post(
    "/api/flows/generate",
    scope=Scope.FLOWS_WRITE,
    body_limit=DOCUMENT_BYTES,
    produces=("text/event-stream",),
)
async def generate(request: web.Request, body: FlowWanted) -> web.StreamResponse:
    """Have a language model draw a flow, or change one; the answer is a stream of events.

    `begun`; `answer` for each of the model's answers, with what is wrong with it, which the model is asked
    to mend at most three times; then `flow` with the document, its warnings, what changed, and the version
    under which it is kept (`save`), or `failed` with the reason. Closing the connection ends it."""
    context = request.app[CONTEXT]
    if body.name is not None and body.edit is not None:
        raise Problem(400, "bad_request", "Give a name for a new flow, or the flow to edit, and not both.")
    if body.document is not None and body.edit is None:
        raise Problem(400, "bad_request", "A document is changed for a flow: name it by edit.")
    before: Document | None = None
    who = maker_of(request)
    if body.edit is not None:
        row = await flow_in_use(request, body.edit)
        (checked_change if body.save else checked_use)(row, asker(request))
        content = body.document
        if content is None:
            content = (await version_in_use(request, body.edit, None))["document"]
        with told_faults():
            before = await asyncio.to_thread(document_of, named(content, body.edit))
        who = maker_of(request, row)
    try:
        context.access.within_quota(asker(request), "tokens")
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    llm = await _model(context, body.llm)
    try:
        with context.generating.take(asker(request).key):
            return await streamed(request, _generated(request, body, llm, before, who))
    except CapacityError as error:
        raise Problem(429, "busy", f"{error}.", headers={"Retry-After": "10"}) from None


async def _model(context: ApiContext, name: str) -> Llm:
    """Raises Problem."""
    think = started(context.think)
    try:
        return await think(name)
    except ConfigError as error:
        raise Problem(422, "no_such_model", f"{error}.") from None
    except EngineError as error:
        raise failed(error, "engine_failed", f"{error}.") from None


async def _generated(
    request: web.Request, body: FlowWanted, llm: Llm, before: Document | None, who: FlowMaker
) -> AsyncGenerator[tuple[str, Row], None]:
    answers: asyncio.Queue[AuthorAnswer | None] = asyncio.Queue()
    known = await known_of(pool_of(request), who.may_use)
    author = FlowAuthor(llm, known, on_answer=answers.put_nowait)
    if before is None:
        drawing = author.draw(body.words, body.name or "")
    else:
        drawing = author.change(before, body.words)
    task = asyncio.create_task(drawing)
    task.add_done_callback(lambda _: answers.put_nowait(None))
    try:
        yield "begun", {"llm": llm.manifest.name, "edit": body.edit}
        while (answer := await answers.get()) is not None:
            yield "answer", _answer(answer)
        try:
            made = await task
            yield await _finished(request, body, made, before, who)
        except GenerationError as error:
            yield "failed", _failed("no_flow", str(error), [each.as_dict() for each in error.findings])
        except EngineError as error:
            yield "failed", _failed("engine_failed", str(error))
        except (ConfigError, Problem) as error:
            yield "failed", _failed("unprocessable", str(error))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        _count(request, author.spent)


async def _finished(
    request: web.Request, body: FlowWanted, made: GeneratedFlow, before: Document | None, who: FlowMaker
) -> tuple[str, Row]:
    """Raises ConfigError, Problem."""
    content = await asyncio.to_thread(written, made.document)
    read = await read_flow(content, pool_of(request), who.may_use)
    if read.errors:  # what the server has, and the model was not told of
        return "failed", _failed("no_flow", "the flow cannot be used here", list(read.errors))
    if body.save:
        check_code(read, asker(request))
    version: int | None = None
    if body.save and (before is None or made.changes):
        note = " ".join(f"generated: {body.words}"[:NOTE_CHARACTERS].split())
        async with pool_of(request).acquire() as connection, connection.transaction():
            with told_faults():
                saved = await save_flow(connection, read, who, note=note, fresh=before is None)
            version = saved.version
            await audited(connection, request, "flow.save", f"flow:{saved.name}", version=version)
    return "flow", {
        "flow": made.document.name,
        "version": version,
        "document": read.document,
        "findings": read.told,
        "changes": [each.as_dict() for each in made.changes],
        "answers": made.answers,
        "spent": made.spent.as_dict(),
    }


def _answer(answer: AuthorAnswer) -> Row:
    errors = [each for each in answer.findings if each.fatal]
    return {
        "number": answer.number,
        "fault": answer.fault or None,
        "errors": len(errors),
        "findings": [each.as_dict() for each in (errors or answer.findings)[:10]],
    }


def _failed(code: str, message: str, findings: list[Row] | None = None) -> Row:
    return {"code": code, "message": message[:2000], "findings": findings or []}


def _count(request: web.Request, spent: TokensSpent) -> None:
    """What the model took is the key's, whatever came of it."""
    sink = request.app[CONTEXT].sink
    if sink is None:
        return
    engine, now = ", ".join(spent.models), datetime.now(UTC)
    for kind, amount, cost in (
        (UsageKind.LLM_PROMPT_TOKENS, spent.prompt, spent.cost),
        (UsageKind.LLM_COMPLETION_TOKENS, spent.completion, None if spent.cost is None else 0.0),
    ):
        if amount:
            sink.put(UsageCounted(uuid4(), now, asker(request).key, kind, amount, engine, cost=cost))
