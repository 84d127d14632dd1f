"""An account of Zadarma: what is asked of its REST interface, and what its notifications tell.

Zadarma has no media streams: the sound of its calls comes and goes by SIP, over a trunk that is registered
there (preset `zadarma`). What it tells of calls here are facts beside those calls.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.media.leg import Termination
from mediaserver.printable import printable
from mediaserver.seldom import Seldom
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.provider import (
    CallOrder,
    CallReport,
    Capability,
    Doors,
    ProviderNumber,
    WebhookAnswer,
    WebhookRequest,
)
from providers.told_once import told_once
from providers.zadarma import notifications as told
from providers.zadarma.account import CAPABILITIES, ZadarmaSettings
from providers.zadarma.api import ZadarmaApi
from providers.zadarma.examining import examined
from providers.zadarma.recording import recorded
from providers.zadarma.signature import proven

log = logging.getLogger(__name__)

NOTIFICATIONS = ("start", "internal", "answer", "end", "out_start", "out_end")
SAME_MESSAGE_S = 60.0
"""The same text from the same number within this is the same message, told twice."""
LOOK_BACK = timedelta(days=2)
"""So far back a call is looked for in the statistics."""


class Zadarma:
    """A `Provider`."""

    def __init__(
        self,
        account: Account,
        surroundings: Surroundings,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        settings = account.settings
        assert isinstance(settings, ZadarmaSettings)
        self._account = account
        self._settings = settings
        self._desk = surroundings.desk
        self._downloader = surroundings.downloader
        self._clock = clock
        self._wall = wall
        self._api = ZadarmaApi(settings, surroundings.fetcher, clock, wall)
        self._messages: OrderedDict[str, float] = OrderedDict()
        self._forged = Seldom()

    @property
    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES

    async def check(self) -> list[Finding]:
        return await examined(self._api, self._settings, self._account.public_url, self._wall())

    async def place(self, order: CallOrder) -> str:
        self._cannot("place calls whose sound comes here: use its SIP trunk")

    async def call_back(self, first: str, second: str) -> None:
        """Ring `first`, then `second`, and connect them (`request/callback`). `first` empty: the account's
        extension, where our own trunk is registered: then an agent is one of the two. Asked once. Which call
        comes of it Zadarma does not say. Raises TelephonyError."""
        params = {"from": _dialled(first) or self._settings.extension, "to": _dialled(second)}
        if not params["from"] or not params["to"]:
            raise TelephonyError("a callback needs two numbers", ProviderFault.REFUSED)
        if self._settings.extension:
            params["sip"] = self._settings.extension
        await self._api.act("request/callback", **params)

    async def hang_up(self, ref: str, why: Termination | None = None) -> None:
        self._cannot("end calls: its SIP trunk does")

    async def transfer(self, ref: str, to: str, caller: str, session: Any, turn: str = "") -> bool:
        self._cannot("transfer calls: its SIP trunk does")

    async def send_digits(self, ref: str, digits: str) -> None:
        self._cannot("send digits: its SIP trunk does")

    async def start_recording(self, ref: str, doors: Doors) -> str:
        self._cannot("begin to record a call that is up: recording is switched on for an extension")

    async def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        answer = await self._api.get("pbx/record/request", call_id=ref)
        link = str(answer.get("link", ""))
        async for piece in recorded(self._downloader, link, self._settings.api):
            yield piece

    async def delete_recording(self, ref: str) -> None:
        await self._api.delete("pbx/record/request", call_id=ref)

    async def numbers(self) -> list[ProviderNumber]:
        rows = (await self._api.get("direct_numbers")).get("info")
        calls = str((await self._api.get("pbx/callinfo")).get("url", ""))
        messages = str((await self._api.get("pbx/webhooks")).get("url", ""))
        public_url = self._account.public_url
        return [
            ProviderNumber(
                told.number(str(row.get("number", ""))),
                str(row.get("number", "")),
                label=printable(str(row.get("number_name") or row.get("description") or ""))[:100],
                voice_to=f"sip {row['sip']}" if row.get("sip") else "",
                messages_to=messages,
                ours=bool(public_url) and calls.startswith(f"{public_url}/"),
                can=frozenset(("voice", *(("sms",) if _yes(row.get("receive_sms")) else ()))),
            )
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict)
        ]

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        """Zadarma has one address for all numbers of its PBX: it counts for all of them."""
        if address := voice or status:
            await self._api.post("pbx/callinfo/url", url=address)
            wanted = {f"notify_{each}": "true" for each in NOTIFICATIONS}
            await self._api.post("pbx/callinfo/notifications", **wanted)
        if messages:
            await self._api.post("pbx/webhooks/url", url=messages)
            await self._api.post("pbx/webhooks/hooks", sms="true")

    async def call(self, ref: str) -> CallReport | None:
        """Of a call that is over; Zadarma tells of live ones by its notifications alone. Three times a minute
        at most."""
        rows = await self._statistics("statistics/pbx", version="2")
        parts = [row for row in rows if str(row.get("pbx_call_id", "")) == ref]
        if not parts:
            return None
        # A call that went through a menu and two extensions has a row for each.
        reports = [told.statistics_report(row, self._settings.utc_offset_h) for row in parts]
        report = max(reports, key=lambda each: (each.state is CallState.COMPLETED, each.duration_s or 0))
        cost, currency = await self._cost(report)
        return replace(report, cost=cost, currency=currency)

    async def _cost(self, report: CallReport) -> tuple[Any, str]:
        """The statistics of cost have other ids than those of the PBX: a call is found in them by when it
        began and who was called. None where two fit, or none."""
        try:
            rows = await self._statistics("statistics")
        except TelephonyError as error:
            if error.kind is ProviderFault.LIMIT:
                return None, ""
            raise
        offset = self._settings.utc_offset_h
        fitting = [
            row
            for row in rows
            if told.number(str(row.get("to", ""))) == report.to
            and report.at is not None
            and (at := told.moment(str(row.get("callstart", "")), offset)) is not None
            and abs((at - report.at).total_seconds()) <= 2
        ]
        return told.cost_of(fitting[0]) if len(fitting) == 1 else (None, "")

    async def _statistics(self, method: str, **more: str) -> list[dict[str, Any]]:
        """Of the last two days, all calls that are over."""
        here = datetime.fromtimestamp(self._wall(), UTC) + timedelta(hours=self._settings.utc_offset_h)
        spelt = "%Y-%m-%d %H:%M:%S"
        answer = await self._api.get(
            method, start=(here - LOOK_BACK).strftime(spelt), end=here.strftime(spelt), **more
        )
        rows = answer.get("stats")
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    async def live_calls(self) -> list[CallReport]:
        self._cannot("list the calls that are up")

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        """Zadarma gives a message no id and tells nothing of what becomes of it: the id is ours."""
        params = {"number": _dialled(to), "message": text}
        if shown := self._settings.sms_sender or _dialled(sender):
            params["sender"] = shown
        answer = await self._api.post("sms/send", **params)
        denied = answer.get("denied_numbers")
        if isinstance(denied, list) and denied and not answer.get("messages"):
            why = denied[0].get("message", "") if isinstance(denied[0], dict) else ""
            raise TelephonyError(
                f"Zadarma sends no SMS there: {printable(str(why))[:200]}", ProviderFault.REFUSED
            )
        return f"sms-{uuid4()}"

    async def webhook(self, request: WebhookRequest) -> WebhookAnswer:
        if request.method == "GET":
            return _echo(request.url)
        try:
            fields = told.fields_of(request.body, request.headers.get("content-type", ""))
        except (ValueError, UnicodeError):
            return WebhookAnswer(400)
        if not proven(self._settings.secret.get_secret_value(), fields, request.headers.get("signature", "")):
            self._refused(fields)
            return WebhookAnswer(403)
        return await self._handle(fields)

    async def _handle(self, fields: Mapping[str, str]) -> WebhookAnswer:
        event = fields["event"]
        if event == "SMS":
            return await self._received(fields)
        if event == "NOTIFY_RECORD":
            recording = told.recording_report(fields)
            if recording is None:
                return WebhookAnswer(400)
            key = f"{event}:{recording.ref}"
            with told_once(self._desk, key) as first:
                if first:
                    self._desk.recording_reported(replace(recording, key=key))
            return WebhookAnswer()
        report = told.call_report(fields, self._settings.utc_offset_h)
        # The signature covers the numbers and the start alone, so that all events of a call have the same
        # one: each event of a call counts once, and what comes again changes nothing.
        if report is not None:
            with told_once(self._desk, report.key) as first:
                if first:
                    self._desk.call_reported(report)
        # NOTIFY_IVR asks likewise, but only about what an answer of ours has played: none plays anything.
        return self._directions(fields) if event == "NOTIFY_START" else WebhookAnswer()

    async def _received(self, fields: Mapping[str, str]) -> WebhookAnswer:
        message = told.text_message(fields, str(int(self._wall())))
        if message is None:
            return WebhookAnswer(400)
        key = told.fingerprint(fields["result"])
        now = self._clock()
        while self._messages and next(iter(self._messages.values())) <= now - SAME_MESSAGE_S:
            self._messages.popitem(last=False)
        if key not in self._messages:
            self._messages[key] = now
            try:
                await self._desk.message_received(message)
            except BaseException:
                # It was not stored: Zadarma shall tell it again.
                del self._messages[key]
                raise
        return WebhookAnswer()

    def _directions(self, fields: Mapping[str, str]) -> WebhookAnswer:
        """Where a call to the PBX goes, and what is shown of it, as the account has it."""
        settings = self._settings
        answer: dict[str, Any] = {}
        if settings.redirect == "hangup":
            answer["hangup"] = 1
        elif settings.redirect:
            answer |= {"redirect": settings.redirect, "return_timeout": settings.return_timeout_s}
        if settings.caller_name:
            answer["caller_name"] = told.caller_name(settings.caller_name, fields)
        return WebhookAnswer(body=json.dumps(answer).encode(), content_type="application/json")

    def _refused(self, fields: Mapping[str, str]) -> None:
        if (unsaid := self._forged.due(self._clock())) is not None:
            log.warning(
                "account %s: a notification %r has a wrong signature, or none, and counts for nothing (%d "
                "more since the last such line); is the secret of its API key the account's?",
                self._account.name, printable(fields.get("event", "")[:40]), unsaid,
            )  # fmt: skip

    def _cannot(self, what: str) -> NoReturn:
        raise TelephonyError(f"Zadarma's interface cannot {what}", ProviderFault.REFUSED)

    async def close(self) -> None:
        """Nothing is open."""


def _echo(url: str) -> WebhookAnswer:
    """How it looks whether an address is ours: what it sends as `zd_echo` comes back. Changes nothing."""
    try:
        values = parse_qs(urlsplit(url).query, max_num_fields=16).get("zd_echo", [])
    except ValueError:
        return WebhookAnswer(400)
    if len(values) != 1 or not values[0].isascii() or not values[0].isalnum() or len(values[0]) > 128:
        return WebhookAnswer(400)
    return WebhookAnswer(body=values[0].encode(), headers={"X-Content-Type-Options": "nosniff"})


def _dialled(number: str) -> str:
    """Zadarma has numbers without their plus."""
    return number.removeprefix("+").replace(" ", "")


def _yes(value: Any) -> bool:
    return str(value).lower() in ("true", "1", "on")
