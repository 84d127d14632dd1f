"""The calls of one account that Asterisk has handed over to us (Stasis): each is bridged with a media channel
whose audio comes and goes by a WebSocket that we open.

    StasisStart(caller) --Connect--> answer, bridge, externalMedia, WebSocket, StasisStart(media) --> bridged
    StasisEnd or ChannelDestroyed(caller) --> media channel and bridge go

What a call does is in a task of its own; events are taken at once. Nothing stays behind: whatever fails, the
caller is hung up or goes on in its dialplan, and the bridge is destroyed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from aiohttp import ClientSession

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Direction, Termination
from providers.asterisk.account import AsteriskAccount
from providers.asterisk.ari import Ari, part
from providers.asterisk.causes import DIALLED, end_of, reason_of, state_of
from providers.asterisk.chan_websocket import ChanWebSocketDialect
from providers.asterisk.media_client import MediaClient
from providers.asterisk.stasis_call import MEDIA, OURS, StasisCall, incoming_of
from providers.call_state import CallState
from providers.provider import (
    CallReport,
    Connect,
    Decision,
    Desk,
    Divert,
    Doors,
    IncomingCall,
    RecordingReport,
)
from providers.streams.dialect import Started, StreamFault
from providers.streams.host import StreamHost, StreamRefused

log = logging.getLogger(__name__)

RINGS_S = 60.0
"""So long a caller hears that it rings, before we answer and let it hear that from us."""
ENTERS_S = 5.0
"""Until a media channel is there."""
PLACED = "placed"
"""The first argument of Stasis for calls that we have placed; the session follows."""
CONNECTION = "MEDIA_WEBSOCKET_CONNECTION_ID"


class StasisCalls:
    """Of one account. Runs on the event loop."""

    def __init__(self, ari: Ari, settings: AsteriskAccount, desk: Desk, streams: StreamHost | None) -> None:
        self.session: ClientSession | None = None
        """By which the WebSockets of media are opened; its address alone is the ticket there. Set once there
        is one."""
        self.ari = ari
        """That of a newer account, once one has the same application."""
        self._settings = settings
        self._desk = desk
        self._streams = streams
        self.stuck: Callable[[], None] = _nothing
        """Told when somebody waits in Stasis whom we can neither connect nor let go, once nobody talks here:
        to follow anew lets them go, and where we may not follow any more (the password was changed there)
        the dialplan of who calls next goes on at once."""
        self._left_waiting = False
        self._calls: dict[str, StasisCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._calls)

    def of_ref(self, ref: str) -> StasisCall | None:
        return self._calls.get(ref)

    def placed(self, session: UUID) -> str:
        """A call is going to be placed; the id of its channel."""
        call = StasisCall(f"{OURS}{session}", Direction.OUTBOUND, session=session)
        self._calls[call.ref] = call
        return call.ref

    def not_placed(self, ref: str) -> None:
        self._calls.pop(ref, None)

    # -- what Asterisk tells

    @property
    def ids(self) -> set[str]:
        """Channels and bridges of our calls, at Asterisk."""
        return {id for call in self._calls.values() for id in (call.ref, call.media, call.bridge)}

    def has(self, event: dict[str, Any]) -> bool:
        """Whether it is about a call that is here."""
        about = {_id_of(event.get("channel")), _id_of(event.get("peer"))}
        if isinstance(recording := event.get("recording"), dict):
            about.add(str(recording.get("target_uri", "")).removeprefix("bridge:"))
        return any(not about.isdisjoint((each.ref, each.media, each.bridge)) for each in self._calls.values())

    def happened(self, event: dict[str, Any]) -> None:
        """One event of ARI."""
        channel = event.get("channel")
        id = _id_of(channel)
        match event.get("type"):
            case "StasisStart":
                self._entered(id, event)
            case "StasisEnd":
                self._left(id)
            case "ChannelStateChange":
                self._changed(id, channel)
            case "ChannelDestroyed":
                self._destroyed(id, event.get("cause"), str(event.get("cause_txt", ""))[:100])
            case "Dial":
                self._dialled(event)
            case "RecordingFinished" | "RecordingFailed":
                self._recorded(event.get("recording"))
            case _:
                """Nothing that concerns us."""

    def _entered(self, id: str, event: dict[str, Any]) -> None:
        if id.startswith(MEDIA):
            for each in self._calls.values():
                if each.media == id:
                    each.entered.set()
            return
        args = [str(each) for each in event.get("args") or ()]
        call = self._calls.get(id)
        if call is not None and call.direction is Direction.OUTBOUND and args[:1] == [PLACED]:
            self._up(call)
            self._spawn(self._answered(call))
        elif call is None and id:
            call = self._calls[id] = StasisCall(id, Direction.INBOUND)
            self._spawn(self._incoming(call, incoming_of(event["channel"], args)))

    def _left(self, id: str) -> None:
        """The caller's channel is no longer ours: it goes on in its dialplan at our word, or is over. Of its
        end we are told no more, unless we have placed it."""
        if (call := self._calls.get(id)) is None:
            return
        if call.leaving or not call.was_up and call.direction is Direction.OUTBOUND:
            self._spawn(self._tear_down(call))
        else:
            self._destroyed(id, None, "")

    def _changed(self, id: str, channel: Any) -> None:
        call, state = self._calls.get(id), state_of(channel)
        if call is None or state is None:
            return
        if state is CallState.IN_PROGRESS:
            self._up(call)
        else:
            self._desk.call_reported(CallReport(id, state, call.session))

    def _dialled(self, event: dict[str, Any]) -> None:
        """How it goes with a call that we have placed."""
        call, status = self._calls.get(_id_of(event.get("peer"))), str(event.get("dialstatus", ""))
        if call is None:
            return
        if status == "RINGING":
            self._desk.call_reported(CallReport(call.ref, CallState.RINGING, call.session))
        call.dialled = DIALLED.get(status, call.dialled)

    def _destroyed(self, id: str, cause: Any, words: str) -> None:
        call = self._calls.pop(id, None)
        if call is None:
            return
        call.gone = True
        state, code = end_of(call.dialled or cause, was_up=call.was_up)
        self._desk.call_reported(CallReport(id, state, call.session, code=code, detail=words))
        self._spawn(self._tear_down(call))
        self._look_who_waits()

    def _recorded(self, recording: Any) -> None:
        if not isinstance(recording, dict):
            return
        bridge = str(recording.get("target_uri", "")).removeprefix("bridge:")
        call = next((each for each in self._calls.values() if each.bridge == bridge), None)
        self._desk.recording_reported(
            RecordingReport(
                str(recording.get("name", "")),
                call.ref if call is not None else bridge,
                recording.get("state") == "done",
                detail=str(recording.get("cause", ""))[:100],
            )
        )

    # -- what is done with them

    async def _incoming(self, call: StasisCall, incoming: IncomingCall) -> None:
        try:
            await self.ari.post(f"/channels/{part(call.ref)}/ring")
            decision = await self._desk.incoming(incoming, RINGS_S)
            if isinstance(decision, Connect):
                await self.ari.post(f"/channels/{part(call.ref)}/answer")
            await self._do(call, decision)
        except TelephonyError as error:
            if error.code == "404" or call.gone:
                return  # the caller has hung up
            log.warning("a call of Asterisk could not be connected: %s", error)
            await self._give_up(call, str(error))

    async def _answered(self, call: StasisCall) -> None:
        assert call.session is not None  # it was placed
        try:
            await self._do(call, await self._desk.answering(call.session, None))
        except TelephonyError as error:
            log.warning("a call by Asterisk could not be connected: %s", error)
            await self._give_up(call, str(error))

    async def _do(self, call: StasisCall, decision: Decision) -> None:
        """Raises TelephonyError."""
        match decision:
            case Connect(session, doors):
                call.session = session
                await self._connect(call, session, doors)
            case Divert(to):
                await self.go_on(call, to)
            case _:
                await self.hang_up(call.ref, decision.why)

    async def go_on(self, call: StasisCall, to: str = "") -> None:
        """In the dialplan: at this extension, or behind Stasis. Raises TelephonyError."""
        call.leaving = True
        where = {"context": self._settings.transfer_context, "extension": to, "priority": "1"} if to else {}
        try:
            source = f"channel:{call.ref}"  # we are told of its end still
            await self.ari.post(
                f"/applications/{self._settings.application}/subscription", eventSource=source
            )
            await self.ari.post(f"/channels/{part(call.ref)}/continue", **where)
        except TelephonyError:
            call.leaving = False
            raise

    async def hang_up(self, ref: str, why: Termination | None) -> None:
        """Raises TelephonyError."""
        await self.ari.delete(f"/channels/{part(ref)}", reason=reason_of(why))

    async def _connect(self, call: StasisCall, session: UUID, doors: Doors) -> None:
        """Raises TelephonyError."""
        if self._streams is None or self.session is None:
            raise TelephonyError("this server takes no media streams", ProviderFault.REFUSED)
        self._up(call)
        ari, bridge = self.ari, part(call.bridge)
        await ari.post(f"/bridges/{bridge}", type="mixing", name=call.bridge)
        await ari.post(f"/bridges/{bridge}/addChannel", channel=call.ref)
        made = await ari.post(
            "/channels/externalMedia", app=self._settings.application, channelId=call.media,
            external_host="INCOMING", encapsulation="none", transport="websocket",
            connection_type="server", format=self._settings.audio,
        )  # fmt: skip
        connection = (made.get("channelvars") or {}).get(CONNECTION) if isinstance(made, dict) else None
        if not isinstance(connection, str):
            raise TelephonyError(
                "Asterisk has no media WebSocket: it needs chan_websocket (20.16, 21.11, 22.6 or newer)",
                ProviderFault.REFUSED,
            )
        client = MediaClient(self.session, ChanWebSocketDialect(self._settings.format))
        began = await client.open(f"ws{self._settings.url.removeprefix('http')}/media/{part(connection)}")
        try:
            async with asyncio.timeout(ENTERS_S):
                await call.entered.wait()
            await ari.post(f"/bridges/{bridge}/addChannel", channel=call.media)
            started = Started(began.stream, call.ref, format=began.format)
            (token,) = parse_qs(urlsplit(doors.media).query).get("token", [""])
            leg = self._streams.admit(
                "asterisk", session, token, started, client.stream, urlsplit(self._settings.url).netloc
            )
            client.stream.begin(leg, started)
        except (StreamRefused, StreamFault) as refused:
            await client.close()
            raise TelephonyError(f"its stream was refused: {refused}", ProviderFault.REFUSED) from None
        except TimeoutError:
            await client.close()
            raise TelephonyError("its media channel did not come", ProviderFault.DOWN) from None
        except BaseException:
            await client.close()
            raise
        self._spawn(self._carry(client, session))

    async def _carry(self, client: MediaClient, session: UUID) -> None:
        streams, stream = self._streams, client.stream
        assert streams is not None  # it was admitted
        await client.serve(
            lambda detail: streams.stopped(session, stream, detail),
            lambda detail: streams.lost(session, stream, detail),
        )

    async def _give_up(self, call: StasisCall, why: str) -> None:
        """It cannot be connected: its dialplan goes on, or it is hung up."""
        self._desk.call_reported(CallReport(call.ref, CallState.FAILED, call.session, detail=why))
        try:
            if call.direction is Direction.INBOUND:
                await self.go_on(call)
            else:
                await self.hang_up(call.ref, None)
        except TelephonyError as error:
            log.warning("the channel %s of Asterisk was left: %s", call.ref, error)
            if self._calls.pop(call.ref, None) is not None:
                self._left_waiting = True
        await self._tear_down(call)
        self._look_who_waits()

    def _look_who_waits(self) -> None:
        if self._left_waiting and not any(each.session for each in self._calls.values()):
            self._left_waiting = False
            self.stuck()

    async def _tear_down(self, call: StasisCall) -> None:
        """What we made for it."""
        if call.session is None:
            return
        for path in (f"/channels/{part(call.media)}", f"/bridges/{part(call.bridge)}"):
            try:
                await self.ari.delete(path)
            except TelephonyError as error:
                log.warning("something of a call stays at Asterisk: %s", error)

    # -- after a time without events

    async def catch_up(self) -> None:
        """Calls that ended while nobody told us are over. Raises TelephonyError."""
        for call in list(self._calls.values()):
            try:
                await self.ari.get(f"/channels/{part(call.ref)}")
            except TelephonyError as error:
                if error.code != "404":
                    raise
                self._destroyed(call.ref, None, "it ended while Asterisk could not tell us")

    async def let_go(self, wanted: set[str]) -> None:
        """What the application has at Asterisk beside these channels and bridges is nobody's: what we made
        is removed, callers go on in their dialplan. Raises TelephonyError."""
        known = await self.ari.get(f"/applications/{self._settings.application}")
        for id in _strings(known, "channel_ids") - wanted:
            if id.startswith(OURS):
                await self.ari.delete(f"/channels/{part(id)}")
            else:
                await self.ari.post(f"/channels/{part(id)}/continue")
        for id in _strings(known, "bridge_ids") - wanted:
            if id.startswith(OURS):
                await self.ari.delete(f"/bridges/{part(id)}")

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- inside

    def _up(self, call: StasisCall) -> None:
        if not call.was_up:
            call.was_up = True
            self._desk.call_reported(CallReport(call.ref, CallState.IN_PROGRESS, call.session))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nothing() -> None: ...


async def _told(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("what Asterisk told could not be done")


def _id_of(what: Any) -> str:
    return str(what.get("id", "")) if isinstance(what, dict) else ""


def _strings(known: Any, name: str) -> set[str]:
    found = known.get(name) if isinstance(known, dict) else None
    return {each for each in found if isinstance(each, str)} if isinstance(found, list) else set()
