"""A call of each kind leaves nothing for the garbage collector, which stops all others while it works."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from cli.makers import makers
from cli.serving.own_code import OwnCode
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.calls.recorder import Recorder
from mediaserver.calls.registry import CallRegistry
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.calls.warm import Warm
from mediaserver.errors import CallError, DeclinedError
from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.clock import MediaClock
from mediaserver.media.encryption import DtlsPeer
from mediaserver.media.leg import Digit, EndedBy, Termination, Why
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.metrics import Metrics
from mediaserver.outbound.ledger import OutboundLedger
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.prices import Price, PriceTable
from mediaserver.rtp.stun import binding_request
from mediaserver.rtp.wire import RtpWire
from mediaserver.sdp.ice import Ice
from mediaserver.sdp.policy import PLAIN_TELEPHONY, Encryption, InbandDtmf, MediaPolicy
from mediaserver.settings.outbound import OutboundSettings
from pipelines.conversation.agent import Transfer
from pipelines.conversation.session import AgentSession
from sip.access.endpoints import Admitted
from sip.calls.carrier import SipCarrier
from sip.calls.early_dialog import EarlyDialog
from sip.calls.invitation import SipInvitation
from sip.calls.picking_up import pick_up
from sip.calls.refer_outside import OutsideRefers
from sip.calls.registrar import Registrar
from sip.calls.session_timer import TimerPolicy
from sip.calls.user_agent import SipAgent
from sip.messages.transfer_headers import status_of
from sip.messages.uri import Uri
from sip.tracing.capture import Capture, CaptureLimits
from sip.tracing.kept import TraceLimits
from sip.tracing.tracer import Tracer
from sip.transactions.requests import Hop
from sip.transactions.timing import Timing
from sip.transport.connection import Source
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.spec import TrunkSpec
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.mediaserver.calls.rows import as_at_the_first_start
from tests.mediaserver.calls.test_websocket_leg import World as OverWebSockets
from tests.sip.agents import SDP, Callee, Events, agent, raw_peer
from tests.sip.certified import Authority
from tests.speech import only
from tests.uncollected import standing_still

HASTY = Timing(t1=0.01, t2=0.02, t4=0.02)
HANGUP = Termination(EndedBy.SERVER, Why.HANGUP)
CALLS = 2
"""Of each kind: what one call leaves by accident (a cache that fills) is not what each leaves."""


class World:
    """A server without a database and a phone, both on loopback; time passes by `run`."""

    def __init__(self, folder: Path, sip: SipAgent, phone: SipAgent, heard: Callee, second: SipAgent) -> None:
        """`second`: another phone, which rings and is never answered."""
        self.sip, self.phone, self.heard, self.second = sip, phone, heard, second
        self.clock = MediaClock(phases=1)
        self.folder = folder
        self.board: LocalSwitchboard
        self._now = time.perf_counter_ns()

    async def build(self) -> None:
        kept, metrics = Kept(), Metrics()
        self.recorder = Recorder(self.folder, kept, metrics)
        engines, speech = only(FakeStt(), FakeTts())
        self.board = LocalSwitchboard(
            routes=as_at_the_first_start({"101"}),
            makers=makers(speech, OwnCode(), partial(LineCleaner, Cancellers(4))),
            registry=CallRegistry(10, metrics),
            bus=EventBus(),
            sink=kept,
            metrics=metrics,
            clock=self.clock,
            recorder=self.recorder,
            targets=Targets({"101"}, ["*@127.0.0.1:*"]),
        )
        registrar = self.sip.registrar
        assert registrar is not None
        trunks = [
            TrunkLine(TrunkSpec(name, "127.0.0.1", agent.port, prefixes=("+",), priority=number))
            for number, (name, agent) in enumerate([("first", self.second), ("second", self.phone)])
        ]
        self.trunks = TrunkCarrier(self.sip, lambda: trunks)
        self.board.targets.trunks = self.trunks.prefix_for
        self.board.carriers = [SipCarrier(self.sip, registrar), self.trunks]
        ledger = OutboundLedger(OutboundSettings(), NumberPlan(), PriceTable({}, Price(1)), kept.put)
        self.board.outbound = self.outbound = OutboundMeter(ledger, self.board.targets)
        self.trunks.against = self.outbound.against_trunk
        await engines.settle()

    def address(self, user: str) -> str:
        return f"sip:{user}@127.0.0.1:{self.sip.port}"

    @property
    def wire(self) -> RtpWire:
        return cast(RtpWire, self.sip._core.wire)

    @property
    def callee(self) -> str:
        return f"sip:101@127.0.0.1:{self.phone.port}"

    @property
    def call(self) -> Call:
        (call,) = self.board
        return call

    async def run(self, ticks: int = 10) -> None:
        """So much time passes on the media clock, and the loop has its turns."""
        for _ in range(ticks):
            self.clock.tick(self._now)
            self._now += 20_000_000
            for _ in range(4):
                await asyncio.sleep(0)

    async def dial(self, user: str) -> Any:
        """Call the server; returns when both sides are up."""
        leg = await self.phone.call(self.address(user))
        await self.run()
        return leg

    async def hang_up(self, leg: Any) -> None:
        """Returns when the other side knows."""
        await leg.hangup(HANGUP)
        await self.over()

    async def up(self) -> None:
        """Wait until the one call of ours is answered."""
        while not self.board._live:  # noqa: ASYNC110 - as in `over`
            await asyncio.sleep(0)

    async def ended(self, call: Call) -> Termination:
        """Wait for its end, and say which."""
        while call.termination is None:  # noqa: ASYNC110 - as in `over`
            await asyncio.sleep(0.01)
        return call.termination

    async def over(self) -> None:
        """Wait until both sides have hung up, and let the timers of their transactions run out."""
        agents = (self.sip, self.phone, self.second)
        async with asyncio.timeout(10):
            while len(self.board) or not all(map(_is_over, agents)):  # noqa: ASYNC110 - there is no event of it
                await asyncio.sleep(0.01)
        self.outbound.look()
        self.heard.calls = asyncio.Queue()
        await self.run()


def _is_over(agent: SipAgent) -> bool:
    """No dialog is left, nor a transaction once its timers have run out; the longest is 32 s, whatever T1 is:
    the clock is moved."""
    layer = agent._layer
    clock, now = layer._clock, layer._clock()
    layer._clock = lambda: now
    for _ in range(10):
        now += 60
        layer.run_timers()
    layer._clock = clock
    return not agent._core.dialogs and not len(layer) and not layer._heap


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    heard = Callee.answering()
    worlds: list[World] = []
    authority = Authority(tmp_path)
    async with (
        agent(
            lambda call: worlds[0].board.invited(call),
            registrar=Registrar("voiceforge", {"101": "secret"}.get),
            timing=HASTY,
            tls=authority.server(),
        ) as sip,
        agent(heard, timing=HASTY, tls=authority.server("phone.example")) as phone,
        agent(Callee(lambda call: call.leg.ring()), timing=HASTY) as second,
    ):
        world = World(tmp_path, sip, phone, heard, second)
        worlds.append(world)
        await world.build()
        yield world
        await world.board.close()
        await world.recorder.close()


async def echo_hung_up_by_the_caller(world: World) -> None:
    await world.hang_up(await world.dial("echo"))


async def by_tls(world: World) -> None:
    leg = await world.phone.call(f"sips:echo@127.0.0.1:{world.sip.transport.tls_port}")
    await world.run()
    await world.hang_up(leg)


async def by_tls_to_somebody_else(world: World) -> None:
    call = world.board.place(f"sips:101@127.0.0.1:{world.phone.transport.tls_port}", "demo")
    assert "is for phone.example" in (await world.ended(call)).detail


async def echo_hung_up_by_us(world: World) -> None:
    leg = await world.dial("echo")
    events = Events(leg)
    await world.board.hang_up(world.call.id)
    await events.end()


async def digits_are_pressed(world: World) -> None:
    leg = await world.dial("echo")
    leg._session.send_info_digit("5", 100)
    await world.run()
    await world.hang_up(leg)


async def in_wide_band(world: World) -> None:
    for codec in ("G722", "opus"):
        wanted = MediaPolicy(codecs=(codec,), inband_dtmf=InbandDtmf.ON)
        world.sip._core.media_policy = wanted
        leg = await world.phone.call(world.address("echo"), media=wanted)
        await world.run()
        assert leg.stats().detail["codec"] == codec
        assert leg.stream is not None
        leg.stream.send_tone("5")
        await world.run()
        await world.hang_up(leg)
    world.sip._core.media_policy = PLAIN_TELEPHONY


async def held_and_resumed(world: World) -> None:
    leg = await world.dial("echo")
    await leg.hold()
    await world.run()
    await leg.resume()
    await world.hang_up(leg)


async def encrypted_and_held(world: World) -> None:
    required = MediaPolicy(encryption=Encryption.REQUIRED)
    for each in (world.sip, world.phone):
        each._core.media_policy, each._core.srtp_without_tls = required, True
    leg = await world.dial("echo")
    assert leg.negotiated.encrypting is not None
    await leg.hold()
    await world.run()
    await leg.resume()
    await world.hang_up(leg)


async def encrypted_by_dtls(world: World) -> None:
    for each in (world.sip, world.phone):
        each._core.media_policy = MediaPolicy(encryption=Encryption.REQUIRED)
    leg = await world.dial("echo")
    assert isinstance(leg.negotiated.encrypting, DtlsPeer)
    await world.run(20)
    await world.hang_up(leg)


async def checked_by_ice(world: World) -> None:
    world.sip._core.ice = world.phone._core.ice = Ice.OFFER
    leg = await world.dial("echo")
    ice = leg.negotiated.ice
    check = binding_request(bytes(12), f"{ice.theirs.ufrag}:{ice.ours.ufrag}", ice.theirs.password)
    leg.stream.rtp_socket.sendto(check, (leg.negotiated.remote_host, leg.negotiated.remote_port))
    await world.run(20)
    await world.hang_up(leg)


async def an_extension_is_rung(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    await world.hang_up(await world.dial("101"))


async def both_phones_of_an_extension_are_rung(world: World) -> None:
    for phone in (world.second, world.phone):
        await phone.register(world.address("101"), "101", "secret")
    await world.hang_up(await world.dial("101"))


async def an_extension_is_busy(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    busy = Termination(EndedBy.CALLEE, Why.BUSY, 486)
    world.heard._answers = lambda call: call.leg.hangup(busy)
    try:
        await world.dial("101")
    except CallError:
        return
    pytest.fail("it was answered")


async def a_flow_talks(world: World) -> None:
    leg = await world.dial("demo")
    await world.run(50)
    live = world.board._live[world.call.id]
    live._on_event(live.first, Digit("1", 0, 100))
    await world.run(50)
    world.board.say(world.call.id, "One moment.")
    await world.run(10)
    await world.hang_up(leg)


async def a_flow_is_hung_up_by_us(world: World) -> None:
    await world.dial("demo")
    await world.run(20)
    await world.board.hang_up(world.call.id)


async def bridged_to_a_phone(world: World) -> None:
    call = world.board.place(world.callee, "echo")
    await (await asyncio.wait_for(world.heard.calls.get(), 10)).leg.ring()
    await world.up()
    await world.board.add(call.id, world.callee)
    await world.run()
    await world.board.hang_up(call.id)


async def placed_and_answered(world: World) -> None:
    call = world.board.place(world.callee, "demo")
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.up()
    await world.run()
    await asked.leg.hangup(HANGUP)
    await world.ended(call)


async def placed_by_the_second_trunk(world: World) -> None:
    world.second.refuse_new()  # 503
    call = world.board.place("+4930", "demo")
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.up()
    await world.run()
    await asked.leg.hangup(HANGUP)
    await world.ended(call)


async def placed_and_refused(world: World) -> None:
    busy = Termination(EndedBy.CALLEE, Why.BUSY, 486)
    world.heard._answers = lambda call: call.leg.hangup(busy)
    call = world.board.place(world.callee, "demo")
    assert (await world.ended(call)).why is Why.BUSY


def rings(call: SipInvitation) -> Any:
    """A phone that tells at once; a stranger with a short INVITE is told half a second later."""
    call._session._answering.invite.prove()  # type: ignore[attr-defined]
    return call.leg.ring()


async def placed_and_cancelled(world: World) -> None:
    world.heard._answers = rings
    call = world.board.place(world.callee, "demo")
    await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.board.hang_up(call.id)
    await world.ended(call)


async def placed_and_never_answered(world: World) -> None:
    world.heard._answers = rings
    call = world.board.place(world.callee, "demo", ring_s=1.0)
    assert (await world.ended(call)).why is Why.NO_ANSWER


async def heard_before_the_answer(world: World) -> None:
    async def early(call: SipInvitation) -> None:
        assert await call.leg.progress()
        await call.leg.answer()

    world.heard._answers = early
    call = world.board.place(world.callee, "demo")
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.up()
    await world.run()
    await asked.leg.hangup(HANGUP)
    await world.ended(call)


async def heard_and_cancelled_before_the_answer(world: World) -> None:
    world.heard._answers = lambda call: call.leg.progress()
    call = world.board.place(world.callee, "demo")
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    while asked.leg.negotiated is None:  # noqa: ASYNC110 - as in `over`
        await asyncio.sleep(0)
    await world.board.hang_up(call.id)
    await world.ended(call)


async def an_extension_is_heard_before_it_answers(world: World) -> None:
    async def early(call: SipInvitation) -> None:
        await call.leg.progress()
        await world.run(3)
        await call.leg.answer()

    world.heard._answers = early
    await world.phone.register(world.address("101"), "101", "secret")
    await world.hang_up(await world.dial("101"))


async def placed_and_sent_on(world: World) -> None:
    """Over and over, until nobody else may be asked."""

    def elsewhere(call: SipInvitation) -> None:
        user = call.dialled.partition("@")[0]
        to = f"<sip:{user}x@127.0.0.1:{world.phone.port}>"
        why = Termination(EndedBy.SERVER, Why.REJECTED, 302)
        session: Any = call._session
        session.refuse(302, None, [("Contact", to)], why=why)

    world.heard._answers = elsewhere
    world.sip._may_redirect_to = lambda uri: True
    call = world.board.place(world.callee, "demo")
    assert (await world.ended(call)).code == 302


async def placed_sent_on_and_cancelled(world: World) -> None:
    async def never(uri: Uri, transport: str | None) -> list[Hop]:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    def elsewhere(call: SipInvitation) -> None:
        world.sip._requester.hops_to = never  # type: ignore[method-assign]
        why = Termination(EndedBy.SERVER, Why.REJECTED, 302)
        session: Any = call._session
        session.refuse(302, None, [("Contact", "<sip:x@127.0.0.1>")], why=why)

    asked, hops_to = asyncio.Event(), world.sip._requester.hops_to
    world.heard._answers = elsewhere
    world.sip._may_redirect_to = lambda uri: True
    call = world.board.place(world.callee, "demo")
    await asyncio.wait_for(asked.wait(), 10)
    await world.board.hang_up(call.id)
    await world.ended(call)
    world.sip._requester.hops_to = hops_to  # type: ignore[method-assign]


async def refreshed_by_its_timer(world: World) -> None:
    for each in (world.sip, world.phone):
        each._core.timer_policy = TimerPolicy(expires_s=1, least_s=1)
    leg = await world.dial("echo")
    (session,) = world.phone._places.taken
    end_at = session.timer._end_at
    while session.timer._end_at == end_at:  # noqa: ASYNC110 - as in `over`
        await asyncio.sleep(0.01)
    await world.hang_up(leg)


async def placed_to_nobody(world: World) -> None:
    async with raw_peer() as silent:
        call = world.board.place(f"sip:101@127.0.0.1:{silent.port}", "demo")
        assert (await world.ended(call)).why is Why.NO_ANSWER


async def refused_for_nobody_is_there(world: World) -> None:
    try:
        await world.phone.call(world.address("nobody"))
    except CallError as error:
        assert error.code == 404
    else:
        pytest.fail("it was answered")


async def cancelled_before_the_answer(world: World) -> None:
    async with raw_peer() as peer:
        invite = peer.make("INVITE", world.address("demo"), branch="c", body=SDP, lines={"Call-ID": "c"})
        peer.send(invite, world.sip.port)
        peer.send(
            peer.make("CANCEL", world.address("demo"), branch="c", lines={"Call-ID": "c"}), world.sip.port
        )
        await peer.response(487, 200)
        await world.over()


async def never_acknowledged(world: World) -> None:
    async with raw_peer() as peer:
        lines = {"Call-ID": "never"}
        peer.send(peer.make("INVITE", world.address("demo"), body=SDP, lines=lines), world.sip.port)
        await peer.response(200)
        await world.over()


async def transferred_to_a_phone(world: World) -> None:
    leg = await world.dial("demo")
    await world.board.transfer(world.call.id, world.callee)
    await world.run()
    await world.hang_up(leg)


async def a_transfer_that_is_refused(world: World) -> None:
    leg = await world.dial("demo")
    busy = Termination(EndedBy.CALLEE, Why.BUSY, 486)
    world.heard._answers = lambda call: call.leg.hangup(busy)
    try:
        await world.board.transfer(world.call.id, world.callee)
    except CallError as error:
        assert error.code == 486
    else:
        pytest.fail("it was answered")
    await world.hang_up(leg)


async def a_transfer_whose_caller_goes(world: World) -> None:
    leg = await world.dial("demo")
    world.heard._answers = rings
    transfer = asyncio.create_task(world.board.transfer(world.call.id, world.callee))
    await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.hang_up(leg)
    await asyncio.wait({transfer})
    assert isinstance(transfer.exception(), CallError)


async def a_conference(world: World) -> None:
    leg = await world.dial("demo")
    await world.board.add(world.call.id, world.callee)
    await world.board.monitor(world.call.id, world.callee)
    world.board.mute(world.call.id, "caller", True)
    await world.run()
    await world.hang_up(leg)


async def briefed(world: World, key: str) -> tuple[Any, asyncio.Task[None]]:
    """A warm transfer, up to the key that the human presses."""
    leg = await world.dial("demo")
    live = world.board._live[world.call.id]
    transfer = asyncio.create_task(world.board.transfer(world.call.id, world.callee, Warm()))
    while not (live.others and live.others[-1].attached):
        await world.run(1)
    await world.run(20)
    if key:
        live._on_event(live.others[-1], Digit(key, 0, 100))
        await world.run(10)
    return leg, transfer


async def taken_after_a_briefing(world: World) -> None:
    leg, transfer = await briefed(world, "1")
    await transfer
    await world.run()
    await world.hang_up(leg)


async def declined_after_a_briefing(world: World) -> None:
    leg, transfer = await briefed(world, "2")
    await asyncio.wait({transfer})
    assert isinstance(transfer.exception(), DeclinedError)
    await world.run(50)
    await world.hang_up(leg)


async def hung_up_during_a_briefing(world: World) -> None:
    leg, transfer = await briefed(world, "")
    await world.hang_up(leg)
    await asyncio.wait({transfer})
    assert isinstance(transfer.exception(), CallError)


async def handed_over_by_its_agent(world: World, *, warm: bool, busy: bool) -> None:
    """As its flow would, with a phone that is busy or answers; 1 is pressed for a warm one."""
    if busy:
        world.heard._answers = lambda call: call.leg.hangup(Termination(EndedBy.CALLEE, Why.BUSY, 486))
    leg = await world.dial("demo")
    await world.run(10)
    live = world.board._live[world.call.id]
    session = live.talker.app if live.talker is not None else None
    assert isinstance(session, AgentSession)
    session._ending.leave(Transfer(world.callee, warm=warm))
    await asyncio.wait_for(world.heard.calls.get(), 10)
    while live.transferring:
        await world.run(1)
        if live.others and live.others[-1].attached and live.others[-1].seat is None:
            live._on_event(live.others[-1], Digit("1", 0, 100))
    assert (live.talker is not None) is busy and live.aside is None
    await world.run(50)
    del session
    await world.hang_up(leg)


async def handed_over_by_its_agent_to_a_phone(world: World) -> None:
    await handed_over_by_its_agent(world, warm=False, busy=False)


async def handed_over_by_its_agent_warm(world: World) -> None:
    await handed_over_by_its_agent(world, warm=True, busy=False)


async def handed_over_by_its_agent_in_vain(world: World) -> None:
    await handed_over_by_its_agent(world, warm=True, busy=True)


async def taken_over_and_handed_back(world: World) -> None:
    leg = await world.dial("demo")
    await world.run(10)
    await world.board.monitor(world.call.id, world.callee)
    await world.run()
    world.board.change_seat(world.call.id, "listener", SeatKind.TAKEOVER)
    await world.run()
    world.board.change_seat(world.call.id, "listener", SeatKind.LISTEN)
    await world.run(50)
    world.board.change_seat(world.call.id, "listener", SeatKind.TAKEOVER)
    await world.hang_up(leg)


async def played_to_and_held(world: World) -> None:
    leg = await world.dial("demo")
    sound = np.zeros((3, FRAME_SAMPLES), np.int16)
    world.board.play(world.call.id, sound)
    await world.run(2)
    world.board.hold(world.call.id, sound)
    await world.run(2)
    await world.hang_up(leg)


async def refers(world: World, leg: Any, to: str) -> None:
    """A phone wants whom it talks to connected there; returns when it was taken on."""
    done = asyncio.get_running_loop().create_future()
    lines = [("Refer-To", f"<{to}>"), ("Contact", world.phone._core.contact("UDP", "127.0.0.1"))]
    leg._session.ask("REFER", lines, b"", lambda request, status: done.set_result(status))
    assert await asyncio.wait_for(done, 10) == 202


async def transferred_by_the_caller(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    leg = await world.dial("demo")
    await refers(world, leg, world.address("101"))
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.run()
    await leg.hangup(HANGUP)
    await world.run()
    await asked.leg.hangup(HANGUP)


async def picked_up_by_another_phone(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    world.heard._answers = rings
    calling = asyncio.create_task(world.second.call(world.address("101")))
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    while not (dialogs := [each for each in world.sip._core.dialogs if each.extension]):  # noqa: ASYNC110
        await asyncio.sleep(0)
    ringing = world.sip._core.dialogs.get(dialogs[0].id)
    assert isinstance(ringing, EarlyDialog)
    up: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    invited = world.sip._server._on_invite
    world.sip._server._on_invite = lambda call: up.set_result(call._session)
    picking = asyncio.create_task(world.phone.call(world.address("anybody")))
    await pick_up(ringing, await up)
    world.sip._server._on_invite = invited
    leg, picker = await calling, await picking
    while asked.leg.termination is None:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await world.run()
    await picker.hangup(HANGUP)
    await world.run()
    assert leg.ref


async def called_for_somebody_outside(world: World) -> None:
    """An agent calls whom a REFER out of all calls names."""
    await world.phone.register(world.address("101"), "101", "secret")
    world.heard._answers = rings
    asking = OutsideRefers(world.sip._core, ["201"], world.board.called_for, lambda name: str)
    async with raw_peer() as peer:
        refer = peer.make("REFER", world.address("demo"), lines={"Refer-To": f"<{world.address('101')}>"})
        arrived = Source("UDP", "127.0.0.1", peer.port)
        server = world.sip._layer.serve(refer, arrived)
        server.prove()
        asking.asked(server, Admitted("extension", "201"))
        asked = await asyncio.wait_for(world.heard.calls.get(), 10)
        answered = False
        while True:
            notify = await peer.request("NOTIFY")
            peer.send(notify.response(200), world.sip.port)
            if (notify.get("Subscription-State") or "").startswith("terminated"):
                break
            if status_of(notify.body) == 180 and not answered:  # it comes again where 10 ms are too few
                answered = True
                await asked.leg.answer()
    await world.run()
    await asked.leg.hangup(HANGUP)


async def transferred_by_a_caller_who_does_not_wait(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    world.heard._answers = rings
    leg = await world.dial("demo")
    await refers(world, leg, world.address("101"))
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await leg.hangup(HANGUP)
    while not world.board._live[world.call.id].vacant:  # noqa: ASYNC110 - as in `over`
        await asyncio.sleep(0)
    await world.run()
    await asked.leg.answer()
    await world.run()
    await asked.leg.hangup(HANGUP)


async def replaced_by_a_new_call(world: World) -> None:
    leg: Any = await world.dial("demo")
    call_id, ours, theirs = leg._session.dialog.id
    headers = [("Replaces", f"{call_id};to-tag={theirs};from-tag={ours}"), ("Require", "replaces")]
    new = await world.phone.call(world.address("nobody"), headers=headers)
    await Events(leg).end()
    await world.run()
    await world.hang_up(new)


async def handed_to_the_far_end(world: World) -> None:
    await world.dial("demo")
    call = world.call
    with pytest.raises(CallError):  # the phone's own agents transfer nobody
        await world.board.refer(call.id, "101")
    await world.run()
    await world.board.hang_up(call.id)


async def transferred_to_an_agent(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    leg = await world.dial("101")
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.run()
    await refers(world, asked.leg, world.address("demo"))
    await world.run()
    await asked.leg.hangup(HANGUP)
    await world.run()
    await world.hang_up(leg)


async def joined_by_who_talks_to_both(world: World) -> None:
    await world.phone.register(world.address("101"), "101", "secret")
    first = await world.dial("echo")
    second: Any = await world.phone.call(world.address("101"))
    asked = await asyncio.wait_for(world.heard.calls.get(), 10)
    await world.run()
    call_id, ours, theirs = second._session.dialog.id
    replaces = f"{call_id}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}"
    await refers(world, first, f"{world.address('101')}?Replaces={replaces}")
    await world.run()
    await first.hangup(HANGUP)
    await second.hangup(HANGUP)
    await world.run()
    await asked.leg.hangup(HANGUP)


async def captured_to_its_end(world: World) -> None:
    """Its messages are kept, and its packets are read while it goes on."""
    tracer = world.sip.transport.tap = Tracer(TraceLimits(), world.board.is_live)
    leg = await world.dial("echo")
    limits = CaptureLimits(seconds=600)
    capture = Capture(tracer, world.wire, world.call.id, world.board.is_live, limits, hand_over_s=0)
    async with aclosing(capture.blocks()) as blocks:
        await anext(blocks)
        await world.run()
        await world.hang_up(leg)
        async for _ in blocks:
            pass
    world.sip.transport.tap = None


KINDS = (
    captured_to_its_end,
    called_for_somebody_outside, picked_up_by_another_phone,
    transferred_by_the_caller, transferred_by_a_caller_who_does_not_wait,
    replaced_by_a_new_call, handed_to_the_far_end, transferred_to_an_agent,
    joined_by_who_talks_to_both,
    held_and_resumed, an_extension_is_rung, both_phones_of_an_extension_are_rung, an_extension_is_busy,
    echo_hung_up_by_the_caller, echo_hung_up_by_us, digits_are_pressed, in_wide_band,
    a_flow_talks, a_flow_is_hung_up_by_us,
    bridged_to_a_phone, placed_and_answered, placed_and_refused, placed_and_cancelled,
    placed_and_never_answered, placed_by_the_second_trunk, placed_to_nobody, refused_for_nobody_is_there,
    cancelled_before_the_answer,
    never_acknowledged, transferred_to_a_phone, a_transfer_that_is_refused, a_transfer_whose_caller_goes,
    a_conference, played_to_and_held, by_tls, by_tls_to_somebody_else, heard_before_the_answer,
    heard_and_cancelled_before_the_answer,
    refreshed_by_its_timer, an_extension_is_heard_before_it_answers, placed_and_sent_on,
    placed_sent_on_and_cancelled,
    encrypted_and_held, encrypted_by_dtls, checked_by_ice,
    handed_over_by_its_agent_to_a_phone, handed_over_by_its_agent_warm, handed_over_by_its_agent_in_vain,
    taken_after_a_briefing, declined_after_a_briefing, hung_up_during_a_briefing, taken_over_and_handed_back,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_nothing_is_left_for_the_garbage_collector(world: World, kind: Callable[[World], Any]) -> None:
    answers = world.heard._answers
    with standing_still() as uncollected:
        for _ in range(CALLS):
            await kind(world)
            await world.over()
            world.heard._answers = answers
        assert uncollected() == []


async def greeted_and_gone(world: OverWebSockets) -> None:
    ann = await world.connect("/call/demo")
    await world.until(lambda: len(ann.heard) >= 10)
    await ann.close()
    del world.callers[ann]
    await world.until(lambda: not len(world.board))
    await world.run(100)


async def test_a_websocket_leaves_nothing_either(tmp_path: Path) -> None:
    world = OverWebSockets(tmp_path)
    await world.start()
    try:
        with standing_still() as uncollected:
            for _ in range(CALLS):
                await greeted_and_gone(world)
            world.door.legs.clear()
            assert uncollected() == []
    finally:
        await world.stop()
