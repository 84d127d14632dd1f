"""`/api/flows/tries`: a person tries a document by text, turn by turn, before anything of it is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.access import KeyRefused
from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.engine_faults import failed
from api.flows.asking import told_faults
from api.flows.shown import DOCUMENT, DOCUMENT_BYTES, FlowName
from api.flows.unkept import to_run
from api.guard import told_refusal
from api.plain_text import OneLine, PlainText
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.errors import CallError, CapacityError, EngineError
from pipelines.flows.library.trying import TrialAnswer, TrialTurn, WantedTrial

routes = ApiRoutes("flow-trying", "Flows tried by text, drafts too.")


class FlowToTry(RequestModel):
    """A document, and the call in which it is tried."""

    document: dict[str, Any] = Field(description=DOCUMENT)
    flow: FlowName | None = Field(default=None, description="The flow that it is drawn for, if it is there.")
    direction: Literal["inbound", "outbound"] = "inbound"
    caller: OneLine = Field(default="", max_length=100, description="The caller's number.")
    about: dict[str, Any] = Field(
        default={}, max_length=60, description="What whoever placed the call gave along."
    )


class TriedTurn(RequestModel):
    """What the caller does; nothing of it: the caller is silent."""

    text: PlainText = Field(default="", max_length=2_000, description="The caller says this.")
    keys: Annotated[str, Field(pattern=r"^[0-9*#A-D]{0,40}$")] = Field(
        default="", description="The caller presses these, and then pauses."
    )
    returned: Literal["", "busy", "no answer", "declined", "not confirmed", "failed"] = Field(
        default="", description="Nobody took the call that was transferred, and the caller is back."
    )


class TriedOutcome(ResponseModel):
    """A result that the flow keeps."""

    status: str
    data: dict[str, Any]


class TriedAnswer(ResponseModel):
    """What comes of a turn."""

    id: UUID
    text: str = Field(description="What the flow says.")
    steps: list[dict[str, Any]] = Field(
        description="Nodes that were entered, with the `changed` variables: as a call's events `flow`."
    )
    outcomes: list[TriedOutcome]
    ended: Literal["", "ended", "transferred"] = Field(description="Empty: it is the caller's turn.")
    to: str = Field(description="Of a transfer: whom the caller is handed to.")


@routes.post("/api/flows/tries", scope=Scope.FLOWS_WRITE, status=201, body_limit=DOCUMENT_BYTES)
async def begin_try(request: web.Request, body: FlowToTry) -> TriedAnswer:
    """Begin a conversation by text with a document that need not be kept; what it says first comes back.

    422 for one with errors. Its requests, functions and models are real; other agents and the server's tools
    are not there, and a transfer is one when you say so (`returned`: nobody took it). It is forgotten
    when nobody goes on with it for 15 minutes."""
    context, who = request.app[CONTEXT], asker(request)
    trials = started(context.trials)
    ready = await to_run(request, body.document, body.flow)
    try:
        context.tried.check_room(who.key)
        with told_faults():
            wanted = WantedTrial(
                ready.document, ready.subflows, body.direction, body.caller, body.about, of_key=ready.of_key
            )
            trial = await trials.begin(wanted)
            answer = await trial.answered()
            return _shown(context.tried.add(trial, who.key), answer)
    except CallError as error:
        raise Problem(409, "call_failed", f"{error}.") from None
    except CapacityError as error:
        raise Problem(429, "busy", f"{error}.", headers={"Retry-After": "10"}) from None
    except EngineError as error:
        raise failed(error, "engine_failed", f"{error}.") from None


@routes.post("/api/flows/tries/{id}", scope=Scope.FLOWS_WRITE)
async def go_on(request: web.Request, id: UUID, body: TriedTurn) -> TriedAnswer:
    """The caller speaks, presses keys, or is silent; the flow's answer comes back."""
    if sum(map(bool, (body.text.strip(), body.keys, body.returned))) > 1:
        raise Problem(400, "bad_request", "Give one of text, keys and returned.")
    context, who = request.app[CONTEXT], asker(request)
    trial = context.tried.get(id, who.key)
    if trial is None:
        raise _no_try()
    try:
        context.access.within_quota(who, "tokens")
        return _shown(id, await trial.tell(TrialTurn(body.text.strip(), body.keys, body.returned)))
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    except CallError as error:
        raise Problem(409, "call_failed", f"{error}.") from None
    except EngineError as error:
        raise failed(error, "engine_failed", f"{error}.") from None


@routes.delete("/api/flows/tries/{id}", scope=Scope.FLOWS_WRITE)
async def end_try(request: web.Request, id: UUID) -> None:
    """The caller hangs up."""
    if not request.app[CONTEXT].tried.end(id, asker(request).key):
        raise _no_try()


def _no_try() -> Problem:
    return Problem(
        404, "not_found", "There is no such conversation: it was ended, or left alone for too long."
    )


def _shown(id: UUID, answer: TrialAnswer) -> TriedAnswer:
    return TriedAnswer(
        id=id,
        text=answer.text,
        steps=list(answer.steps),
        outcomes=[TriedOutcome(status=each["status"], data=each["data"]) for each in answer.outcomes],
        ended=answer.ended,
        to=answer.to,
    )
