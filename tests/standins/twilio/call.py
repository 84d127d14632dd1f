"""A call of Twilio's stand-in: it goes on when a test says so, follows TwiML, reports as Twilio does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from xml.etree import ElementTree

if TYPE_CHECKING:
    from tests.standins.twilio.server import Told, TwilioStandIn

ENDS = ("completed", "busy", "failed", "no-answer", "canceled")
_EVENTS = {"in-progress": "answered"} | dict.fromkeys(ENDS, "completed")
_ALLOWED: dict[str, dict[str, set[str]]] = {
    "Connect": {
        "": {"action", "method"}, "Stream": {"url", "name", "statusCallback", "statusCallbackMethod"},
    },
    "Say": {"": {"voice", "language", "loop"}},
    "Play": {"": {"loop", "digits"}},
    "Dial": {
        "": {"answerOnBridge", "callerId", "timeout", "action", "method", "timeLimit", "record"},
        "Number": {"statusCallback", "statusCallbackEvent", "statusCallbackMethod", "sendDigits"},
        "Sip": {
            "username", "password", "statusCallback", "statusCallbackEvent", "statusCallbackMethod",
        },
    },
    "Record": {
        "": {
            "action", "method", "maxLength", "playBeep", "timeout", "recordingStatusCallback",
            "recordingStatusCallbackMethod", "finishOnKey", "trim",
        }
    },
    "Redirect": {"": {"method"}},
    "Reject": {"": {"reason"}},
    "Hangup": {"": set()},
    "Pause": {"": {"length"}},
}  # fmt: skip
"""Verbs with their attributes, and their nouns (Twilio, TwiML for Programmable Voice)."""

Stream: TypeAlias = Callable[["Call", str, Mapping[str, str]], Awaitable[None]]
"""Opens a media stream to this address with these parameters, and returns when it is over."""


@dataclass
class Report:
    """Of a state, not yet sent."""

    call: Call
    url: str
    fields: Mapping[str, str]

    async def send(self, *, token: str = "") -> Told:
        return await self.call.standin.tell(self.url, self.fields, token=token)


@dataclass
class Call:
    standin: TwilioStandIn
    sid: str
    caller: str
    to: str
    direction: str
    order: Mapping[str, list[str]]
    """The form that it was created with."""
    extra: Mapping[str, str] = field(default_factory=dict)
    state: str = "queued"
    callback: str = ""
    due: list[Report] = field(default_factory=list)
    """What is to be told of it, in order: the test sends it when, and as often as, it likes."""
    verbs: list[ElementTree.Element] = field(default_factory=list)
    """What it did."""
    faults: list[str] = field(default_factory=list)
    """What was wrong with what it was told to do."""
    price: str | None = None
    answered_by: str | None = None
    duration: str | None = None
    dialled: list[str] = field(default_factory=list)
    stream: Stream | None = None
    streaming: asyncio.Task[None] | None = None
    _sequence: int = 0

    def __post_init__(self) -> None:
        self.callback = self.callback or self._ordered("StatusCallback")

    @property
    def over(self) -> bool:
        return self.state in ENDS

    @property
    def shown(self) -> str:
        """As the REST interface names it: it knows of no `initiated`."""
        return "queued" if self.state == "initiated" else self.state

    def resource(self) -> dict[str, Any]:
        return {
            "sid": self.sid, "account_sid": self.form()["AccountSid"], "from": self.caller, "to": self.to,
            "status": self.shown, "direction": self.direction, "price": self.price, "price_unit": "USD",
            "duration": self.duration, "answered_by": self.answered_by, "start_time": None, "end_time": None,
            "date_created": self.standin.now(), "date_updated": self.standin.now(),
        }  # fmt: skip

    def form(self, **more: str) -> dict[str, str]:
        return {
            "AccountSid": self.standin.account, "ApiVersion": "2010-04-01", "CallSid": self.sid,
            "From": self.caller, "To": self.to, "Caller": self.caller, "Called": self.to,
            "CallStatus": self.state, "Direction": self.direction, **self.extra, **more,
        }  # fmt: skip

    # -- what happens to it

    def move(self, state: str, **more: str) -> None:
        """The report of it is due. Number-level callbacks tell of ends alone."""
        if self.over:
            return
        self.state = state
        if state in ENDS:
            self.duration = more.get("CallDuration", "7" if state == "completed" else "0")
            more = {"CallDuration": self.duration, "Duration": "1"} | more
            if self.streaming is not None:
                self.streaming.cancel()
        wanted = self.order.get("StatusCallbackEvent", ["completed"])
        if self.callback and _EVENTS.get(state, state) in wanted:
            fields = self.form(
                SequenceNumber=str(self._sequence), Timestamp=self.standin.now(),
                CallbackSource="call-progress-events", **more,
            )  # fmt: skip
            self._sequence += 1
            self.due.append(Report(self, self.callback, fields))

    async def report(self) -> None:
        """All that is due is told, in order."""
        while self.due:
            await self.due.pop(0).send()

    async def answered(self) -> None:
        """The callee takes it: what to do is asked for, and done."""
        for state in ("initiated", "ringing", "in-progress"):
            self.move(state)
        await self.follow(self._ordered("Url"))

    async def machine(self, found: str) -> Told:
        return await self.standin.tell(
            self._ordered("AsyncAmdStatusCallback"),
            self.form(AnsweredBy=found, MachineDetectionDuration="2200"),
        )

    def ended_by_api(self, state: str) -> None:
        """`canceled` does nothing to a call that is up."""
        if not (state == "canceled" and self.state == "in-progress"):
            self.move("completed" if self.state == "in-progress" else "canceled")

    def redirected(self, document: str, url: str) -> None:
        """Whatever it does ends, and it does this: its stream is over."""
        streaming, self.streaming = self.streaming, None
        if streaming is not None:
            streaming.cancel()
        if document:
            self._do(ElementTree.fromstring(document))

    # -- what it is told to do

    async def target(self, state: str) -> None:
        """What becomes of whoever it dials: `answered`, or how that ended."""
        from tests.standins.twilio.server import sid

        dial, child = self.verbs[-1], sid("CA")
        assert dial.tag == "Dial"
        if state != "answered":
            if action := dial.get("action", ""):
                await self.follow(action, DialCallStatus=state, DialCallSid=child)
            else:
                self.move("completed")
        elif (url := dial[0].get("statusCallback")) and "answered" in dial[0].get("statusCallbackEvent", ""):
            leg = {"CallSid": child, "ParentCallSid": self.sid, "Direction": "outbound-dial"}
            await self.standin.tell(url, self.form() | leg | {"CallStatus": "in-progress"})

    async def follow(self, url: str, **more: str) -> None:
        """Asks an address what to do, and does it."""
        told = await self.standin.tell(url, self.form(**more))
        if told.status != 200 or told.content_type not in ("text/xml", "application/xml"):
            self.faults.append(f"{told.status} {told.content_type} from {url}")
            self.move("failed")
            return
        self._do(ElementTree.fromstring(told.body))

    def _do(self, document: ElementTree.Element) -> None:
        assert document.tag == "Response", document.tag
        for verb in document:
            self._examine(verb)
            self.verbs.append(verb)
            match verb.tag:
                case "Reject":
                    self.move("busy" if verb.get("reason") == "busy" else "no-answer")
                    return
                case "Hangup":
                    self.move("completed")
                    return
                case "Dial":
                    self.move("in-progress")
                    self.dialled.append(verb[0].text or "")
                    return
                case "Connect":
                    self.move("in-progress")
                    self._connect(verb)
                    return
                case _:
                    self.move("in-progress")
        self.move("completed")

    def _connect(self, verb: ElementTree.Element) -> None:
        stream = verb[0]
        parameters = {each.get("name", ""): each.get("value", "") for each in stream}
        url = stream.get("url", "")
        if "?" in url:
            self.faults.append("a stream's address must have no query")
        if self.stream is None:
            return

        async def run(open_stream: Stream) -> None:
            await open_stream(self, url, parameters)
            if self.streaming is asyncio.current_task():
                self.streaming = None
                await self.stream_over(verb.get("action", ""))

        self.streaming = asyncio.create_task(run(self.stream))

    async def stream_over(self, action: str) -> None:
        """The server has closed it: what follows is asked for, else the call ends."""
        if action and not self.over:
            await self.follow(action)
        elif not self.over:
            self.move("completed")

    async def streamed(self) -> None:
        """Its stream is over."""
        if self.streaming is not None:
            await asyncio.gather(self.streaming, return_exceptions=True)

    def _examine(self, verb: ElementTree.Element) -> None:
        allowed = _ALLOWED.get(verb.tag)
        if allowed is None:
            self.faults.append(f"there is no verb {verb.tag}")
            return
        if extra := set(verb.attrib) - allowed[""]:
            self.faults.append(f"{verb.tag} has no {extra}")
        for noun in verb:
            more = self.standin.streams_take if noun.tag == "Stream" else frozenset[str]()
            if noun.tag not in allowed or set(noun.attrib) - allowed[noun.tag] - more:
                self.faults.append(f"{verb.tag} takes no {noun.tag} with {sorted(noun.attrib)}")

    def _ordered(self, name: str) -> str:
        return self.order.get(name, [""])[0]
