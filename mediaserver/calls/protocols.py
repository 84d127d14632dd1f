"""What the owner of calls is made of, and what it offers.

From below come invitations (any door) and carriers (any way out); who talks is handed in as makers of apps.
Upwards the API, the command line and campaigns see a `Switchboard`, and ask it for everything.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from mediaserver.calls.about import About
from mediaserver.calls.call import Call
from mediaserver.calls.events import LiveEvent
from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.playing import Frames
from mediaserver.calls.recorder import RecordingState
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.stored_first import StoreCall
from mediaserver.calls.warm import Back, Briefing, Warm
from mediaserver.calls.wishes import Wishes
from mediaserver.media.leg import App, Leg, Termination

MOST_HOPS = 70
"""Servers that a call may go over from where it began (:rfc:`3261` 8.1.1.6)."""


class Invitation(Protocol):
    """Somebody calls us, by whichever door."""

    @property
    def leg(self) -> Leg: ...

    @property
    def dialled(self) -> str:
        """Whom the caller wants: a number, a name, an extension; empty when it names no one."""

    @property
    def from_uri(self) -> str: ...

    @property
    def to_uri(self) -> str: ...

    @property
    def source_host(self) -> str:
        """Address that the invitation came from."""

    @property
    def hops_left(self) -> int:
        """Servers that the call may still go over after us, so that no call goes in circles for ever
        (:rfc:`7332`). 0: it may be answered here and rung nowhere else."""

    @property
    def reach(self) -> MayDial:
        """Whom this caller may reach."""

    @property
    def about(self) -> About:
        """What its door knows of the call beyond that, for the agent and the call's row: under "sip" a trunk,
        diversions, headers."""

    @property
    def payer(self) -> str:
        """Whose limits on calls out count for what is called because of it: "extension:101",
        "inbound:acme" (by a trunk), "anonymous"."""

    @property
    def shown_as(self) -> str:
        """The number by which the caller wants to be shown where it calls out (:rfc:`3325` 9.2), as far as a
        trunk lets it; empty: no other than its own."""

    @property
    def replaces(self) -> Leg | None:
        """The leg of a call of ours whose place this one is to take, which it may; None: it is a call of its
        own."""

    def announce(self, url: str) -> None:
        """Tell the caller, with the answer, where it may read its transcript."""


@dataclass(frozen=True, slots=True)
class Behalf:
    """A call is placed because somebody else in a call asked for it."""

    by: str = ""
    """Who, as an address, by its own word; may be empty."""
    replaces: str = ""
    """The call at the other end whose place it is to take (:rfc:`3891`); may be empty."""
    payer: str = ""
    """Whose limits on calls out count, where it is not whoever began the call."""


class Carrier(Protocol):
    """A way out: registered phones, a trunk, a provider."""

    @property
    def name(self) -> str: ...

    def serves(self, to: str) -> bool:
        """Whether it calls such a target: a number, an extension, an address."""

    def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = ...,
        on_early: Callable[[Leg], object] = ...,
        hops: int = ...,
        about: About = ...,
        behalf: Behalf | None = ...,
        trunk: str = ...,
        wishes: Wishes = ...,
    ) -> Coroutine[Any, Any, Leg]:
        """Call `to` and wait until it is answered. `on_ringing`: it rings there; called once, or never.
        `on_early`: this leg can be heard and is not answered; called once for each that is tried, or never.
        `hops`: servers that the call may go over on its way. `about`: what the call is about, of which a
        trunk may give something along ("sip": its headers, whether its caller is private). `behalf`: in
        whose name, when that is not its caller's. `trunk`: by this one alone; empty: by any. `wishes`: what
        it does where it can. Cancelling cancels the call. Raises CallError, also where it has no such
        trunk."""


class CallControls(Protocol):
    """What a call's app may ask for its own call; returns at once."""

    def hang_up(self, why: Termination) -> None:
        """The app has said its last. The call ends, unless the caller still has somebody to talk to."""

    def transfer(self, to: str, warm: Warm | None = None, trunk: str = "", away: bool = False) -> None:
        """Hand the call over. The app has said its last: on hold it waits while the caller hears that it
        rings, and is told that its part is over once somebody talks to the caller. When nobody does, the
        caller comes back to it (`Talker.returned`); the call ends where it cannot. `trunk`: a number is
        called by this one alone. `away`: the caller's own side (its provider, its PBX) is asked first to call
        there itself, and we are out of the call then; where it does not do that it goes as without."""


class Steering(Protocol):
    """What may be done to a conversation from its caller's side by other means than the voice: a keyboard, a
    button. Plain cheap calls on the event loop's thread."""

    def hear(self, text: str) -> None:
        """Words that were typed, in the place of spoken ones: the caller's turn, whole. What the agent is
        saying or thinking is dropped for them. Raises CallError when nobody listens."""

    def commit(self) -> None:
        """The caller's turn is over now: what was said is answered as soon as it is recognised. Where nothing
        was said, the call's event "unheard" says so."""

    def ask(self) -> None:
        """The agent is to speak now, without words of the caller's. One that is thinking already does so
        anyway, and is asked only when nothing comes of it. Raises CallError when nobody listens, or the agent
        speaks."""

    def cancel(self) -> None:
        """Stop speaking and thinking, and listen; but what must be said to its end is."""

    def forget(self) -> None:
        """What was heard of a turn that is not over was no part of the conversation. One that was declared
        over (`commit`) is left alone."""

    def manual(self, on: bool) -> None:
        """Whether the caller's turn ends by `commit` alone, whatever pauses there are in it."""

    def take_turns(self, settings: Mapping[str, Any]) -> None:
        """How turns are taken from now on, as the `turn` of an agent's row has it; what is not named is as
        the call began. Raises ConfigError, which names the key and its range; then nothing is changed."""


@dataclass(frozen=True, slots=True)
class Talker:
    """Who talks in a call: an App, and what its owner can ask of it. What is None it cannot do."""

    app: App
    keeps_digits: bool = False
    """It stores the key presses of its call itself."""
    say: Callable[[str], None] | None = None
    """Say this as soon as nobody speaks, and go on. Raises CallError when that will never be."""
    shutdown: Callable[[str, float], Awaitable[None]] | None = None
    """Say this text as the last; return when it was heard, or after so many seconds."""
    returned: Callable[[Back, str, str], None] | None = None
    """The caller is back: why, whom it was to talk to, and a line for people. The hold that the app was told
    of is over before."""
    brief: Callable[[Leg, Briefing], Talker] | None = None
    """Makes who tells the human at this leg, in the app's own voice, what the call is about. Raises
    VoiceForgeError."""
    steering: Steering | None = None
    """Its caller may do without the voice."""
    words_only: bool = False
    """It neither hears nor speaks: the clock has nothing to do for it."""


class AppMaker(Protocol):
    """Makes agents of one kind."""

    def check(self, agent: AgentSpec) -> None:
        """Before somebody is called for it. Raises VoiceForgeError when it could not talk now."""

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        """The agent for this call. Raises VoiceForgeError."""


@runtime_checkable
class WrittenMaker(Protocol):
    """An AppMaker whose agents can talk in writing, too."""

    def make_written(self, agent: AgentSpec, call: Call, controls: CallControls) -> Talker:
        """The agent for this call, of words only. Raises VoiceForgeError."""


class Switchboard(Protocol):
    """The one owner of calls. Methods that name a call raise NoSuchCallError when it does not live, and
    CallError when it cannot do what is asked now."""

    @property
    def draining(self) -> bool:
        """It takes no new calls: the server is being stopped."""

    def __len__(self) -> int:
        """Live calls."""

    def __iter__(self) -> Iterator[Call]: ...

    def get(self, call_id: UUID) -> Call | None:
        """A live call, or one that ended a short while ago."""

    def is_live(self, call_id: UUID) -> bool: ...

    def place(
        self,
        to: str,
        agent: str | AgentSpec,
        *,
        caller: str = "",
        ring_s: float = ...,
        about: About = ...,
        owner: UUID | None = None,
        may_use: Callable[[AgentSpec], bool] = ...,
        detect_machine: bool | None = ...,
    ) -> Call:
        """Call somebody for an agent, by its name or as it is; returns at once. `ring_s`: given up after so
        long. `about`: what the agent is to know, small JSON. `owner`: the key whose call it is; None: the
        operator's. `may_use`: whether whoever asks knows of that agent. `detect_machine`: whether it is
        to be found out who answers (`WhoAnswered`), where the way out can do that; None: as it is
        set. Raises CallError (404: no such agent,
        403: nobody who may be called, 400: the caller is no name, 480 or 503: the agent cannot talk now),
        CapacityError."""

    async def place_stored(
        self,
        to: str,
        agent: str | AgentSpec,
        store: StoreCall,
        *,
        caller: str = "",
        ring_s: float = ...,
        about: About = ...,
        owner: UUID | None = None,
        may_use: Callable[[AgentSpec], bool] = ...,
        detect_machine: bool | None = ...,
    ) -> Call:
        """As `place`, but nobody is rung before `store` has stored the call's row, and that is waited for.
        Raises what `store` raises, too: then no call is placed; CallError (487): it was hung up before."""

    def join(
        self,
        leg: Leg,
        agent: AgentSpec,
        *,
        owner: UUID | None,
        about: About,
        from_uri: str,
        to_uri: str,
        words_only: bool = False,
        maker: AppMaker | None = None,
    ) -> Call:
        """Connect a leg that is up already (somebody at a WebSocket) with an agent: a call as any other, that
        came in. `owner`: the key whose call it is; None: the operator's. `words_only`: in writing; the agent
        is told and answers by `steering` and the call's events, and the leg carries nothing. `maker`: makes
        who talks, in the place of whoever makes agents of this kind. Raises CallError (400: `about` is too
        much, 480 or 503: the agent cannot talk now), CapacityError; then there is no call, and the leg is its
        owner's to end."""

    def steering(self, call_id: UUID) -> Steering:
        """Of whoever talks to the first leg. Raises CallError where that one goes by the voice alone."""

    async def hang_up(self, call_id: UUID, why: Termination | None = None) -> None: ...

    async def transfer(self, call_id: UUID, to: str, warm: Warm | None = None) -> None:
        """Ring `to` and connect it in place of the agent, who goes on talking until it answers. `warm`: the
        caller hears music at once, and whoever answers is told what the call is about and takes it, or does
        not: then the caller is back with the agent. Raises CapacityError, too; so do `add` and `monitor`."""

    async def refer(self, call_id: UUID, to: str) -> None:
        """Have the caller's own side (its PBX, its carrier) call `to`; returns when somebody has answered
        there, and the call with us ends. Until then the agent is set aside, and has the caller back when it
        comes to nothing."""

    async def add(self, call_id: UUID, to: str) -> None:
        """Ring `to` and let it in as one more party."""

    async def monitor(self, call_id: UUID, to: str, heard_by: Mapping[str, float] = ...) -> None:
        """Ring `to` and let it listen. It is heard by nobody (but see `listen`), and the call does not go on
        for its sake."""

    def listen(self, call_id: UUID, leg: Leg, heard_by: Mapping[str, float] = ...) -> str:
        """Let an answered leg listen. `heard_by`: the parties that hear it, and how loud: one for a whisper,
        all for barging in. Returns the name that it has among the parties, by which its seat is changed.
        Raises CapacityError, too."""

    def change_seat(
        self, call_id: UUID, party: str, seat: SeatKind, whisper_to: str = ..., gain: float = ...
    ) -> None:
        """From now on this party (neither the first nor the agent) listens, whispers to one, is heard by all,
        is a party like any other, or has taken the call over: then the agent, or whom the caller talked to,
        is set aside, and is back with the caller when that party takes another seat or leaves."""

    def parties(self, call_id: UUID) -> list[dict[str, Any]]:
        """Who is in the call, JSON-ready; by their names they are muted and given gains."""

    def set_gain(self, call_id: UUID, listener: str, speaker: str, gain: float) -> None:
        """How loud one party hears another, as a factor: 0 is not at all, 1 as it is."""

    def mute(self, call_id: UUID, party: str, muted: bool) -> None:
        """Whether nobody hears this party."""

    def say(self, call_id: UUID, text: str) -> None: ...

    def send_digits(self, call_id: UUID, digits: str) -> None: ...

    def play(self, call_id: UUID, sound: Frames) -> None:
        """Play to all in the call but an agent, in place of what plays already."""

    def stop_playing(self, call_id: UUID) -> None: ...

    def control_recording(self, call_id: UUID, step: RecordingStep) -> RecordingState:
        """Begin, pause, resume or stop the call's recording; what it does from now on."""

    def hold(self, call_id: UUID, music: Frames | None = None) -> None:
        """The first leg hears this over and over, or what is configured, and nobody hears it. Without frames
        it is silence."""

    def resume(self, call_id: UUID) -> None: ...

    def watch(self, call_id: UUID | None = None) -> AsyncGenerator[LiveEvent, None]:
        """What happens from now on in one call or in all; ends when the server does. The first step of the
        iteration begins it."""

    async def stop(self, goodbye: str, within_s: float) -> None:
        """Take no new calls, give up those that ring, let agents say goodbye for so long, and hang up what is
        left. Returns when all calls are over."""
