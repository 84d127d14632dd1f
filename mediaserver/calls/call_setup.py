"""How a call begins, whoever it comes from: its record, its legs, and who talks in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID, uuid4

from mediaserver.calls.about import About
from mediaserver.calls.agent_controls import AgentControls
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.handing_over import HandingOver
from mediaserver.calls.live import LiveCall
from mediaserver.calls.means import Means
from mediaserver.calls.party import Party
from mediaserver.calls.protocols import AppMaker, Talker, WrittenMaker
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CallError, CapacityError, VoiceForgeError
from mediaserver.media.leg import EndedBy, Leg, Termination, TransferAsked, Why
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.redactor import Redactor


class CallSetup:
    """Of one switchboard."""

    def __init__(
        self,
        *,
        makers: Mapping[str, AppMaker],
        registry: CallRegistry,
        bus: EventBus,
        means: Means,
        record: bool,
        redaction: RedactionChoices,
        handing_over: HandingOver,
        transfer_asked: Callable[[LiveCall, Party, TransferAsked], None],
        pressed: Callable[[LiveCall, Party, str], bool],
    ) -> None:
        """`record`: whether calls are recorded at all. `transfer_asked`: a party wants one. `pressed`: as
        `LiveCall` has it."""
        self.record = record
        self.live: dict[UUID, LiveCall] = {}
        """The calls that have a leg, until they are over."""
        self._makers = makers
        self._registry = registry
        self._bus = bus
        self._means = means
        self._redaction = redaction
        self._handing_over = handing_over
        self._transfer_asked = transfer_asked
        self._pressed = pressed

    def check_room(self) -> None:
        """Raises CapacityError."""
        self._registry.check_room()

    def new_call(
        self,
        direction: str,
        from_uri: str,
        to_uri: str,
        agent: AgentSpec | None,
        about: About,
        owner: UUID | None,
        *,
        begin: bool = True,
    ) -> Call:
        """`agent`: whom it begins with; None for a call between phones. `owner`: the key whose call it is.
        `begin`: as `Call` has it."""
        app = agent.name if agent is not None else "extension"
        call = Call(
            uuid4(), direction, from_uri, to_uri, app, self._means.sink, self._bus,
            agent=agent.name if agent is not None else "",
            agent_version=agent.version if agent is not None else None, about=about, owner=owner,
            redactor=self.redactor_of(agent),
            begin=begin,
        )  # fmt: skip
        self._registry.add(call)
        return call

    def new_live(self, call: Call, leg: Leg) -> LiveCall:
        """The call has its first leg."""
        live = self.live[call.id] = LiveCall(call, leg, self._means, self._gone, self._pressed)
        call.way = live.way
        live.asked_for_transfer = partial(self._transfer_asked, live)
        live.watch()
        return live

    def make(
        self,
        agent: AgentSpec,
        live: LiveCall,
        words_only: bool = False,
        maker: AppMaker | None = None,
    ) -> Talker:
        """Who talks in it. `maker`: of whoever joins it; None: the one of the agent's kind. Raises
        VoiceForgeError."""
        if live.call.redactor is None:  # an agent that goes on with a call may turn it on, never off
            live.call.redactor = self.redactor_of(agent)
        maker = maker or self.maker(agent)
        controls = AgentControls(live, self._handing_over, self._means.spawn)
        if words_only and isinstance(maker, WrittenMaker):
            return maker.make_written(agent, live.call, controls)
        return maker.make(agent, live.call, live.agents_leg, controls)

    def maker(self, agent: AgentSpec) -> AppMaker:
        """Raises CallError."""
        maker = self._makers.get(agent.kind)
        if maker is None:
            raise CallError(f"agent {agent.name}: nobody makes agents of kind {agent.kind!r}", 500)
        return maker

    def redactor_of(self, agent: AgentSpec | None) -> Redactor | None:
        """What leaves numbers and names out of a call of this agent's; None: nothing is left out."""
        choices = self._redaction if agent is None else self._redaction.changed(agent.redaction)
        return Redactor(choices) if choices.enabled else None

    def begin(self, live: LiveCall, *, record: bool) -> None:
        """Its first leg is answered: connect it. `record`: if calls are recorded here."""
        live.begin(record=record and self.record)

    def _gone(self, live: LiveCall) -> None:
        self.live.pop(live.call.id, None)


def could_not_begin(error: VoiceForgeError) -> Termination:
    """How a call ends that we could not set up."""
    code = error.code if isinstance(error, CallError) else 503 if isinstance(error, CapacityError) else 500
    return Termination(EndedBy.SERVER, Why.FAILED, code, str(error))
