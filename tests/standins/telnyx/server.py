"""The stand-in's HTTP side: commands, numbers, recordings and messages, refused as Telnyx refuses them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import ClientSession, web
from telnyx.types import call_control_application_update_params as application_params
from telnyx.types import (
    call_dial_params,
    message_send_params,
    messaging_profile_update_params,
    phone_number_update_params,
)
from telnyx.types.calls import (
    action_answer_params,
    action_hangup_params,
    action_reject_params,
    action_send_dtmf_params,
    action_speak_params,
    action_start_recording_params,
    action_start_streaming_params,
    action_stop_streaming_params,
    action_transfer_params,
)
from telnyx.types.phone_numbers import messaging_update_params

from tests.standins.provider import StandIn, Trouble
from tests.standins.telnyx.calls import CONNECTION, Call, Signer, Webhook, event
from tests.standins.telnyx.fields import wrong

ACTIONS: Mapping[str, Any] = {
    "answer": action_answer_params.ActionAnswerParams,
    "hangup": action_hangup_params.ActionHangupParams,
    "reject": action_reject_params.ActionRejectParams,
    "send_dtmf": action_send_dtmf_params.ActionSendDtmfParams,
    "speak": action_speak_params.ActionSpeakParams,
    "record_start": action_start_recording_params.ActionStartRecordingParams,
    "streaming_start": action_start_streaming_params.ActionStartStreamingParams,
    "streaming_stop": action_stop_streaming_params.ActionStopStreamingParams,
    "transfer": action_transfer_params.ActionTransferParams,
}
NEED_ANSWER = ("send_dtmf", "speak", "record_start", "streaming_start")
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(64_000)
PROFILE = "4001767e-ce0f-4cae-9d5f-0d5e636e7809"


class Telnyx(StandIn):
    """Its keys are `keys`; who may be told by webhooks is `deliver`."""

    def __init__(self) -> None:
        super().__init__()
        self.signer = Signer()
        self.calls: dict[str, Call] = {}
        self.commands: list[tuple[str, str, dict[str, Any]]] = []
        """(ref, action, fields) that were carried out; a doubled command_id is not."""
        self.ignored = 0
        """Commands with a command_id that was there before."""
        self.requests = 0
        self.application: dict[str, Any] = {
            "id": CONNECTION,
            "application_name": "voice agents",
            "active": True,
            "webhook_event_url": "",
            "webhook_api_version": "2",
            "call_cost_in_webhooks": False,
            "outbound": {"outbound_voice_profile_id": "1293384261075731499"},
        }
        self.numbers: dict[str, dict[str, Any]] = {}
        self.profile: dict[str, Any] = {"id": PROFILE, "name": "texts", "webhook_url": ""}
        self.recordings: dict[str, dict[str, Any]] = {}
        self.files_gone = False
        """The addresses of recordings have run out."""
        self.messages: list[dict[str, Any]] = []
        self.page_size = 2
        """Of lists, at most: so that there are several pages."""
        self._command_ids: set[tuple[str, str]] = set()
        self._news = asyncio.Condition()

    # -- what a test does

    def number(self, number: str, connection: str = "", profile: str = "") -> None:
        self.numbers[number] = {
            "id": str(2_000_000 + len(self.numbers)),
            "phone_number": number,
            "connection_id": connection,
            "connection_name": "voice agents" if connection else "",
            "messaging_profile_id": profile,
            "customer_reference": "",
            "country_iso_alpha2": "US",
            "status": "active",
        }

    def rings(self, to: str, caller: str) -> Call:
        """Somebody calls a number: `call.initiated` is to be told."""
        call = Call(to, caller, "incoming", webhook_url=str(self.application["webhook_event_url"]))
        self.calls[call.ref] = call
        return call

    def initiated(self, call: Call, **more: Any) -> Webhook:
        state = "parked" if call.direction == "incoming" else "bridging"
        return self._of(call, "call.initiated", direction=call.direction, state=state, **more)

    def answered(self, call: Call) -> Webhook:
        call.answered = True
        return self._of(call, "call.answered", state="answered")

    def hung_up(self, call: Call, cause: str = "normal_clearing", sip: str = "200") -> Webhook:
        call.over = True
        return self._of(
            call,
            "call.hangup",
            state="hangup",
            hangup_cause=cause,
            hangup_source="callee",
            sip_hangup_cause=sip,
        )

    def tells(self, call: Call, type_: str, **payload: Any) -> Webhook:
        return self._of(call, type_, **payload)

    def _of(self, call: Call, type_: str, **payload: Any) -> Webhook:
        return self.signer.webhook(call.webhook_url, event(type_, {**call.payload(), **payload}))

    async def post(self, webhook: Webhook) -> int:
        """Over HTTP, to the address that was given with the call or the application."""
        async with (
            ClientSession() as session,
            session.post(webhook.url, data=webhook.body, headers=dict(webhook.headers)) as answer,
        ):
            await answer.read()
            return answer.status

    async def until(self, what: Callable[[], object]) -> None:
        """Something that a command changes is so."""
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: bool(what()))

    def told(self, action: str) -> list[dict[str, Any]]:
        """The fields of the commands of this name."""
        return [fields for _, name, fields in self.commands if name == action]

    # -- HTTP

    def routes(self) -> list[web.RouteDef]:
        listed = [
            ("POST", "/v2/calls", self._dial),
            ("GET", "/v2/calls/{ref}", self._status),
            ("POST", "/v2/calls/{ref}/actions/{action}", self._act),
            ("GET", "/v2/connections/{id}/active_calls", self._active),
            ("GET", "/v2/call_control_applications/{id}", self._application),
            ("PATCH", "/v2/call_control_applications/{id}", self._application),
            ("GET", "/v2/balance", self._balance),
            ("GET", "/v2/phone_numbers", self._numbers),
            ("PATCH", "/v2/phone_numbers/{id}", self._number),
            ("PATCH", "/v2/phone_numbers/{id}/messaging", self._number),
            ("GET", "/v2/messaging_profiles/{id}", self._profile),
            ("PATCH", "/v2/messaging_profiles/{id}", self._profile),
            ("POST", "/v2/messages", self._message),
            ("GET", "/v2/recordings", self._recordings),
            ("GET", "/v2/recordings/{id}", self._recording),
            ("DELETE", "/v2/recordings/{id}", self._recording),
        ]
        routes = [web.route(method, path, self._guarded(handler)) for method, path, handler in listed]
        return [*routes, web.get("/files/{name}", self._file)]

    def _guarded(self, handler: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.requests += 1
            trouble = self.trouble()
            if trouble.silent:
                await asyncio.Event().wait()
            if trouble.status and trouble.cut_after is None:
                return _told(trouble)
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or key not in self.keys:
                return _no(401, "10009", "Authentication failed", "No valid authentication was provided.")
            body = await request.json() if request.can_read_body else {}
            answer: web.Response = await handler(request, body)
            async with self._news:
                self._news.notify_all()
            if trouble.cut_after is not None:  # it was done, and the answer is lost
                if trouble.status:
                    return _told(trouble)
                assert request.transport is not None
                request.transport.abort()
            return answer

        return handle

    async def _dial(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if (refusal := self._unfit(call_dial_params.CallDialParams, body)) is not None:
            return refusal
        if body["connection_id"] != CONNECTION:
            return _no(422, "10015", "Bad Request", "The connection_id is not valid.", "/connection_id")
        for name in ("to", "from"):
            if not str(body[name]).startswith("+") or not str(body[name])[1:].isdigit():
                return _no(422, "10016", "Phone number must be in +E.164 format", "", f"/{name}")
        if body["from"] not in self.numbers:
            return _no(403, "10010", "Authorization failed", "The from number is not verified.", "/from")
        if not 5 <= body.get("timeout_secs", 30) <= 600:
            return _no(422, "10015", "Bad Request", "timeout_secs must be 5 to 600", "/timeout_secs")
        call = Call(body["to"], body["from"], "outgoing", body.get("client_state"))
        call.webhook_url = body.get("webhook_url") or str(self.application["webhook_event_url"])
        call.dialled_with, call.stream = body, _stream(body)
        self.calls[call.ref] = call
        self.commands.append((call.ref, "dial", body))
        return web.json_response({"data": _call(call)})

    async def _act(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        ref, action = request.match_info["ref"], request.match_info["action"]
        if action not in ACTIONS:
            return _no(404, "10005", "Resource not found", "")
        if (refusal := self._unfit(ACTIONS[action], body)) is not None:
            return refusal
        call = self.calls.get(ref)
        if call is None:
            return _no(404, "90015", "Invalid Call Control ID", "The call_control_id provided was not valid.")
        if (ref, str(body.get("command_id"))) in self._command_ids:
            self.ignored += 1
            return web.json_response({"data": {"result": "ok"}})
        if call.over:
            return _no(422, "90018", "Call has already ended", "This call is no longer active.")
        if action in NEED_ANSWER and not call.answered:
            return _no(422, "90034", "Call not answered yet", "This call can't receive this command yet.")
        if action in ("answer", "reject") and (call.direction == "outgoing" or call.answered):
            return _no(422, "90051", "Invalid state", f"{action} is for calls that ring here")
        self._command_ids.add((ref, str(body.get("command_id"))))
        self.commands.append((ref, action, body))
        call.client_state = body.get("client_state", call.client_state)
        call.webhook_url = body.get("webhook_url", call.webhook_url)
        if action in ("answer", "streaming_start"):
            call.stream = _stream(body) or call.stream
        if action in ("hangup", "reject"):
            call.over = True
        return web.json_response({"data": {"result": "ok"}})

    async def _status(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        call = self.calls.get(request.match_info["ref"])
        if call is None:
            return _no(404, "10005", "Resource not found", "The requested resource could not be found")
        return web.json_response({"data": _call(call)})

    async def _active(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if request.match_info["id"] != CONNECTION:
            return _no(404, "10005", "Resource not found", "")
        return self._page(request, [_call(each) for each in self.calls.values() if not each.over])

    async def _application(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if request.match_info["id"] != CONNECTION:
            return _no(404, "10005", "Resource not found", "The requested resource could not be found")
        if request.method == "PATCH":
            params = application_params.CallControlApplicationUpdateParams
            if (refusal := self._unfit(params, body)) is not None:
                return refusal
            self.application |= body
        return web.json_response({"data": self.application})

    async def _balance(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.json_response(
            {"data": {"record_type": "balance", "balance": "300.00", "currency": "USD", "credit_limit": "0"}}
        )

    async def _numbers(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        digits = request.query.get("filter[phone_number]")
        listed = list(self.numbers.values())
        if digits is not None:  # "Non-numerical characters will result in no values being returned"
            listed = [each for each in listed if digits.isdigit() and digits in each["phone_number"]]
        return self._page(request, listed)

    async def _number(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        texts = request.path.endswith("/messaging")
        params = (
            messaging_update_params.MessagingUpdateParams
            if texts
            else phone_number_update_params.PhoneNumberUpdateParams
        )
        if (refusal := self._unfit(params, body)) is not None:
            return refusal
        for each in self.numbers.values():
            if each["id"] == request.match_info["id"]:
                each |= body
                return web.json_response({"data": each})
        return _no(404, "10005", "Resource not found", "")

    async def _profile(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if request.match_info["id"] != PROFILE:
            return _no(404, "10005", "Resource not found", "")
        params = messaging_profile_update_params.MessagingProfileUpdateParams
        if body and (refusal := self._unfit(params, body)) is not None:
            return refusal
        self.profile |= body
        return web.json_response({"data": self.profile})

    async def _message(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if (refusal := self._unfit(message_send_params.MessageSendParams, body)) is not None:
            return refusal
        if self.numbers.get(str(body.get("from")), {}).get("messaging_profile_id") != PROFILE:
            return _no(400, "40305", "Invalid 'from' address", "The 'from' address is not of a profile.")
        sent = {"id": str(uuid.uuid4()), "to": [{"phone_number": body["to"], "status": "queued"}]}
        self.messages.append({**body, "id": sent["id"]})
        return web.json_response({"data": sent})

    async def _recordings(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        listed = list(self.recordings.values())
        for name in ("call_leg_id", "call_control_id"):
            if (wanted := request.query.get(f"filter[{name}]")) is not None:
                listed = [each for each in listed if each[name] == wanted]
        return self._page(request, listed)

    async def _recording(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        found = self.recordings.get(request.match_info["id"])
        if found is None:
            return _no(404, "10005", "Resource not found", "")
        if request.method == "DELETE":
            del self.recordings[found["id"]]
        return web.json_response({"data": found})

    async def _file(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.refused("our key was sent to where recordings lie")
        if self.files_gone:
            expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
            return web.Response(status=403, text=expired, content_type="application/xml")
        return web.Response(body=WAV, content_type="audio/x-wav")

    # -- inside

    def _unfit(self, params: Any, body: dict[str, Any]) -> web.Response | None:
        if why := wrong(params, body):
            self.refused(why)
            return _no(422, "10015", "Bad Request", why)
        return None

    def _page(self, request: web.Request, listed: list[dict[str, Any]]) -> web.Response:
        number = int(request.query.get("page[number]", "1"))
        asked = int(request.query.get("page[size]", "20"))
        if not 1 <= asked <= 250:
            return _no(422, "10015", "Bad Request", "page[size] is 1 to 250")
        size = min(asked, self.page_size)
        pages = max(1, -(-len(listed) // size))
        meta = {"page_number": number, "page_size": size, "total_pages": pages, "total_results": len(listed)}
        return web.json_response({"data": listed[(number - 1) * size : number * size], "meta": meta})


def _stream(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name.startswith("stream_")}


def _call(call: Call) -> dict[str, Any]:
    over = {"end_time": "2026-11-23T12:00:00Z", "call_duration": 7} if call.over else {}
    return {
        "record_type": "call",
        "call_control_id": call.ref,
        "call_leg_id": call.leg,
        "call_session_id": call.session,
        "client_state": call.client_state,
        "is_alive": not call.over,
        "call_duration": 0,
        **over,
    }


def _no(status: int, code: str, title: str, detail: str, pointer: str = "") -> web.Response:
    source = {"source": {"pointer": pointer}} if pointer else {}
    return web.json_response(
        {"errors": [{"code": code, "title": title, "detail": detail, **source}]}, status=status
    )


def _told(trouble: Trouble) -> web.Response:
    body = trouble.body
    if body is None:
        titles = {429: ("10011", "Too many requests"), 401: ("10009", "Authentication failed")}
        code, title = titles.get(trouble.status, ("10007", "Unexpected error"))
        body = {"errors": [{"code": code, "title": title}]}
    return web.json_response(body, status=trouble.status, headers=trouble.headers)
