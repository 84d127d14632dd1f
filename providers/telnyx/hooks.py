"""Webhooks of one Telnyx account: proven, then answered at once; what is to be done goes by command, in tasks
of its own, so that Telnyx never waits for an agent and never sends an event again because one did.

Events come in any order, late and twice. What a call's state becomes is the desk's to say.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from mediaserver.errors import TelephonyError, UnprovenError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.seldom import Seldom
from providers.asked_about import GLANCE_S, Asks
from providers.call_state import CallState
from providers.calls.endings import CODES
from providers.provider import (
    CallReport,
    Connect,
    Desk,
    Divert,
    RecordingReport,
    Refuse,
    TransferReport,
    WebhookAnswer,
    WebhookRequest,
)
from providers.telnyx.client_state import ClientState
from providers.telnyx.commands import Commands, gone
from providers.telnyx.events import (
    Event,
    call_report,
    incoming_call,
    message_report,
    recording_report,
    text_message,
)
from providers.telnyx.recordings import Recordings
from providers.telnyx.signature import Verifier
from providers.told_once import told_once

log = logging.getLogger(__name__)

INCOMING_WITHIN_S = 25.0
"""For an agent to answer; the caller hears the network's ringing meanwhile."""
MOST_TASKS = 2_000
"""Incoming calls and the like that are being decided; more are not taken, and Telnyx sends them again."""
MOST_HANDED = 10_000
YOUNG_S = 5.0
"""An event that is no older is Telnyx's first try."""
OK = WebhookAnswer(200, b'{"ok":true}', "application/json")
_FULL = Termination(EndedBy.SERVER, Why.FAILED, 480)


class Hooks:
    def __init__(
        self,
        name: str,
        verifier: Verifier,
        desk: Desk,
        commands: Commands,
        recordings: Recordings,
        ask: Asks,
        *,
        connection_id: str,
        record: bool,
        messages: bool,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`name`: the account's. `ask`: for a call. `connection_id`: other applications' calls are left
        alone. `record`: the account's calls. `messages`: it takes them."""
        self._name = name
        self._verifier = verifier
        self._desk = desk
        self._commands = commands
        self._recordings = recordings
        self._ask = ask
        self._connection_id = connection_id
        self._record = record
        self._messages = messages
        self._now = now
        self._unproven = Seldom()
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_stream: dict[str, Connect] = {}
        """Calls that are answered, and get their stream when Telnyx says so (`Commands.streams_later`)."""
        self._handed: OrderedDict[str, None] = OrderedDict()
        """Words of transfers whose targets have not hung up. Event ids are remembered in this process alone,
        and a signature counts for 300 s: what another one is told again hangs up on nobody."""

    def handing_over(self, turn: str) -> None:
        """Of a transfer with this word it will be told what becomes."""
        self._handed[turn] = None
        if len(self._handed) > MOST_HANDED:
            self._handed.popitem(last=False)

    async def handle(self, request: WebhookRequest) -> WebhookAnswer:
        """See `Provider.webhook`."""
        if request.method != "POST":
            return WebhookAnswer(405, b"Telnyx sends POST", headers={"Allow": "POST"})
        now = self._now()
        try:
            self._verifier.verify(request.headers, request.body, now)
        except UnprovenError as error:
            if (unsaid := self._unproven.due(now)) is not None:
                more = f" ({unsaid} more since the last such line)" if unsaid else ""
                log.warning("a webhook for the account %s is refused: %s%s", self._name, error, more)
            return WebhookAnswer(403, b"not proven to be Telnyx's")
        try:
            event = Event.parse(request.body)
        except ValueError as error:
            log.warning("a webhook of Telnyx's for the account %s cannot be read: %s", self._name, error)
            return WebhookAnswer(400, f"cannot be read: {error}".encode())
        return await self._take(event)

    async def _take(self, event: Event) -> WebhookAnswer:
        if event.type.startswith("message."):
            return await self._message(event)
        if len(self._tasks) >= MOST_TASKS:
            return WebhookAnswer(503, b"too much at once", headers={"Retry-After": "2"})
        with told_once(self._desk, event.id) as first:
            if first:
                self._begin(event)
        return OK

    def _begin(self, event: Event) -> None:
        """What it tells goes its way; nothing here waits."""
        connection = event.payload.get("connection_id")
        if isinstance(connection, str) and connection != self._connection_id:
            log.info(
                "%s of the account %s is left alone: it is of the application %s, and the account's is %s",
                *(event.type, self._name, connection[:40], self._connection_id),
            )
            return
        if event.type.startswith("call.recording."):
            if (recording := recording_report(event)) is not None:
                self._own(self._recorded(event, recording), f"the recording {event.id}")
            return
        if event.is_incoming and event.ref:
            self._own(self._incoming(event), "an incoming call")
            return
        if (report := call_report(event)) is not None:
            self._desk.call_reported(report)
            self._follow(event, report)
        elif event.type == "call.speak.ended" and event.state.say and event.ref:
            self._own(self._commands.hang_up(event.ref), "the end of what was said")

    def _follow(self, event: Event, report: CallReport) -> None:
        """What an event has us do, beside what it reports."""
        ref = event.ref
        match event.type:
            case "call.answered":
                if behind := event.state.behind:
                    turn = event.state.turn
                    self._desk.transfer_reported(TransferReport(behind, True, turn=turn or None))
                    if not turn or turn in self._handed:
                        self._own(self._commands.stop_streaming(behind), "the end of a stream")
                if (decision := self._to_stream.pop(ref, None)) is not None:
                    self._own(self._stream(ref, decision), "a stream")
                elif event.state.say:
                    self._own(self._commands.speak(ref, event.state.say), "what is said to the caller")
            case "call.hangup":
                self._to_stream.pop(ref, None)
                if behind := event.state.behind:
                    self._target_gone(behind, event, report)
            case "streaming.failed":
                log.warning(
                    "Telnyx could not open the media stream of a call of the account %s (%s): is the public "
                    "address right, and do WebSockets pass there?",
                    *(self._name, event.text("failure_reason") or "no reason"),
                )
                self._own(self._commands.hang_up(ref), "the end of a call without audio")
            case _:
                pass

    def _target_gone(self, behind: str, event: Event, report: CallReport) -> None:
        """Whoever the call `behind` was handed over to has hung up, or was not reached. Telnyx ends that call
        with a target that was, and leaves it as it is where none was. The cause does not tell them apart:
        networks clear normally behind an announcement, too."""
        cause = event.text("hangup_cause") or "no cause"
        code = report.code or CODES.get(report.state or CallState.NO_ANSWER, 480)
        turn = event.state.turn
        known = not turn or self._handed.pop(turn, turn) is None
        told = TransferReport(behind, False, code=code, detail=cause, turn=turn or None)
        if self._desk.transfer_reported(told):
            return
        if not known:
            log.info("a transfer's end is left alone: the account %s has no such one here", self._name)
            return
        if cause != "normal_clearing":
            log.warning("a transfer of the account %s was not taken (%s): it is ended", self._name, cause)
        self._own(self._commands.hang_up(behind), "the end of a call that nobody took")

    # -- calls

    async def _incoming(self, event: Event) -> None:
        if await self._came_before(event):
            log.warning("account %s: an event of a call in is not taken: its call is over", self._name)
            return
        call = incoming_call(event)
        decision = await self._desk.incoming(call, INCOMING_WITHIN_S)
        try:
            match decision:
                case Connect():
                    if self._commands.streams_later:
                        self._to_stream[call.ref] = decision
                    await self._commands.answer(call.ref, decision, record=self._record)
                case Refuse():
                    await self._commands.reject(call.ref, decision.why)
                case Divert():
                    await self._divert(call.ref, decision)
        except TelephonyError as error:
            self._to_stream.pop(call.ref, None)
            session = decision.session if isinstance(decision, Connect) else None
            if gone(error):
                state, detail = CallState.CANCELED, "the caller hung up before it was answered"
            else:
                state, detail = CallState.FAILED, str(error)
                log.error("an incoming call of the account %s is lost: %s", self._name, error)
            self._desk.call_reported(CallReport(call.ref, state, session=session, detail=detail))

    async def _came_before(self, event: Event) -> bool:
        """Whether it is an old one of a call that is over: sent before, to a server that was here, or is
        beside us. The caller waits meanwhile, so that young ones are not asked about."""
        if event.at is not None and abs(self._now() - event.at.timestamp()) <= YOUNG_S:
            return False
        try:
            async with asyncio.timeout(GLANCE_S):
                report = await self._ask(event.ref)
        except (TelephonyError, TimeoutError):
            return False  # its signature has a time: it is no older than that
        return report is None or report.over

    async def _divert(self, ref: str, decision: Divert) -> None:
        if decision.to:
            await self._commands.transfer(ref, decision.to, decision.caller, state=ClientState())
        elif decision.text:
            await self._commands.answer_and_say(ref, decision.text)
        else:
            await self._commands.reject(ref, _FULL)

    async def _stream(self, ref: str, decision: Connect) -> None:
        try:
            await self._commands.stream(ref, decision)
        except TelephonyError as error:
            if not gone(error):
                log.error("a call of the account %s gets no stream, and is ended: %s", self._name, error)
                await self._commands.hang_up(ref)

    async def _recorded(self, event: Event, report: RecordingReport) -> None:
        leg = event.text("call_leg_id")
        whole = await self._recordings.completed(report, leg)
        self._desk.recording_reported(replace(whole, key=event.id))

    # -- messages

    async def _message(self, event: Event) -> WebhookAnswer:
        if not self._messages:
            return OK
        if event.type == "message.received":
            message = text_message(event)
            if not message.sender:
                return WebhookAnswer(400, b"the message has no sender")
            try:
                # Not asked whether it was `seen`: were it lost here, Telnyx's next try would be dropped. The
                # desk knows messages by their ids.
                await self._desk.message_received(message)
            except Exception:
                log.exception("a message of the account %s is left to come again", self._name)
                return WebhookAnswer(503, b"not now", headers={"Retry-After": "5"})
            return OK
        with told_once(self._desk, event.id) as first:
            if first and (report := message_report(event)) is not None:
                await self._desk.message_reported(report)
        return OK

    # -- tasks

    def _own(self, work: Coroutine[Any, Any, None], what: str) -> None:
        task = asyncio.create_task(work, name=f"telnyx {self._name}: {what}")
        self._tasks.add(task)
        task.add_done_callback(partial(self._over, what))

    def _over(self, what: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, TelephonyError):
            if not gone(error):
                log.error("%s of the account %s failed: %s", what, self._name, error)
        elif error is not None:
            log.error("%s of the account %s failed", what, self._name, exc_info=error)

    async def close(self) -> None:
        """What is being decided is given up."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
