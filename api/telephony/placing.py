"""`POST /api/telephony/calls`: a call is placed once its row is in the database, and under an Idempotency-Key
once at all."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.access.access import KeyRefused
from api.access.asker import Asker, asker
from api.access.scopes import Scope
from api.asking import TEXT_LIMIT, Asking, switchboard
from api.audit import audited
from api.context import CONTEXT, ApiContext
from api.gateway.close_codes import GatewayRefusal
from api.gateway.opening import AgentWanted
from api.guard import told_refusal
from api.idempotency import once, written
from api.plain_text import OneLine, one_line
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import CALLS
from api.telephony.models import CallStateShown
from mediaserver.calls.joining import RING_TIMEOUT_S
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.warm import LONGEST_RING_S, SHORTEST_RING_S
from mediaserver.errors import CallError, DatabaseError
from mediaserver.masked_numbers import without_numbers
from mediaserver.storage.idempotency import DoneAlreadyError
from mediaserver.storage.records import CallStarted
from mediaserver.storage.sql import Database

Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    AfterValidator(one_line),
    Field(json_schema_extra={"pattern": r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"}),
]
"""Whom to call, or who calls."""

routes = ApiRoutes("calls")


class NewCall(RequestModel):
    """A call that is to be placed."""

    to: Address = Field(description="A number, an extension or an address that calls may go to.")
    agent: Address | None = Field(None, description="The agent whose call it is, by name.")
    flow: OneLine | None = Field(
        None, min_length=1, max_length=100, description="In place of an agent: a flow that is published."
    )
    voice: OneLine = Field("", max_length=100, description="In place of the agent's own.")
    language: OneLine = Field("", max_length=100, description="BCP 47; in place of the agent's own.")
    caller: OneLine = Field(
        default="", max_length=TEXT_LIMIT, description="Who calls, as the far end sees it."
    )
    ring_s: float = Field(
        default=RING_TIMEOUT_S,
        strict=True,
        ge=SHORTEST_RING_S,
        le=LONGEST_RING_S,
        description="It is given up after ringing for so long.",
    )
    detect_machine: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the provider is to find out who answers, a person or a machine, where it can "
        "(the event `answered_by`). Left out: as its account is set.",
    )
    about: dict[str, Any] = Field(
        default_factory=dict, description="For the agent to know: at most 10,000 characters of JSON."
    )

    @model_validator(mode="after")
    def _somebody(self) -> NewCall:
        if (self.agent is None) == (self.flow is None):
            raise ValueError("say for whom somebody is called: name an agent or a flow, one of them")
        return self


class PlacedCall(ResponseModel):
    """A call that is being placed."""

    id: UUID
    state: CallStateShown


@routes.post(
    CALLS,
    scope=Scope.CALLS_WRITE,
    status=201,
    made_at=f"{CALLS}/{{id}}",
    answers=PlacedCall,
    idempotent=True,
    errors=(422,),
)
async def place(request: web.Request, body: NewCall) -> web.StreamResponse:
    """Call somebody for an agent.

    Answered once the call is in the database, before it rings. With an `Idempotency-Key` the same request
    places one call within a day, however often it is sent."""
    board, who, context = switchboard(request), asker(request), request.app[CONTEXT]
    agent = await _agent_for(context, who, body)
    try:
        context.access.within_quota(who, "call_minutes", 1.0)
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    try:
        async with once(request, body) as attempt:
            if attempt.before is not None:
                return attempt.again()

            async def store(record: CallStarted) -> None:
                if context.store is None:
                    raise DatabaseError("the database is not up yet")

                async def also(connection: Database) -> None:
                    what = {"to": without_numbers(body.to), "agent": record.agent}
                    await audited(connection, request, "call.place", f"call:{record.call_id}", **what)
                    await attempt.keep(connection, 201, _answer(record.call_id))

                await context.store.commit(record, also=also)

            with Asking():
                try:
                    call = await board.place_stored(
                        body.to, agent, store, caller=body.caller, ring_s=body.ring_s, about=body.about,
                        owner=who.key, may_use=lambda spec: who.may_use(spec.owner),
                        detect_machine=body.detect_machine,
                    )  # fmt: skip
                except CallError as error:
                    if error.code not in (400, 404):
                        raise
                    raise web.HTTPBadRequest(reason=str(error)) from None
            return written(201, _answer(call.id))
    except DoneAlreadyError:
        async with once(request, body) as attempt:  # another server was asked, too, and was first
            return attempt.again()


async def _agent_for(context: ApiContext, who: Asker, body: NewCall) -> str | AgentSpec:
    """An agent by its name, for the switchboard to find; or one as this call alone wants it. Raises
    Problem."""
    if body.agent is not None and not (body.voice or body.language):
        return body.agent
    if context.gateway is None:
        raise DatabaseError("the database is not up yet")
    wanted = AgentWanted(body.agent, body.flow, voice=body.voice, language=body.language)
    try:
        spec = await context.gateway.agent_for(wanted, who)
    except GatewayRefusal as refused:
        raise web.HTTPBadRequest(reason=str(refused)) from None
    if faults := context.agent_faults(spec):
        told = [{"field": field, "problem": problem} for field, problem in faults.items()]
        raise Problem(422, "agent_unfit", "; ".join(faults.values()), told)
    return spec


def _answer(call_id: UUID) -> str:
    return PlacedCall(id=call_id, state="new").model_dump_json()
