"""Plivo's Voice API, by plivo.com/docs/voice (Call, Request, Record, DTMF, Recording): its fields and its
refusals.
"""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import BasicAuth, web

from tests.standins.provider import KEY, StandIn

AUTH_ID = "MAXXXXXXXXXXXXXXXXXX"
CALL = {
    *("from", "to", "answer_url", "answer_method", "ring_url", "ring_method", "hangup_url", "hangup_method"),
    *("fallback_url", "caller_name", "send_digits", "send_on_preanswer", "time_limit", "hangup_on_ring"),
    *("machine_detection", "machine_detection_time", "machine_detection_url", "machine_detection_method"),
    *("ring_timeout", "parent_call_uuid", "sip_headers"),
}
NEEDED = ("from", "to", "answer_url")


class Plivo(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, dict[str, Any]] = {}
        self.calls_in: dict[str, dict[str, Any]] = {}
        """That somebody else makes, and are known here alone."""
        """By their uuid; `live` says whether they ring or are up."""
        self.requests: set[str] = set()
        """Calls that do not ring yet."""
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        """(method, path, body) of what was carried out."""
        self.recordings: dict[str, dict[str, Any]] = {}

    def routes(self) -> list[web.RouteDef]:
        at = f"/v1/Account/{AUTH_ID}"
        return [
            web.get(f"{at}/", self._guarded(self._account)),
            web.post(f"{at}/Call/", self._guarded(self._dial)),
            web.get(f"{at}/Call/", self._guarded(self._live)),
            web.get(f"{at}/Call/{{ref}}/", self._guarded(self._call)),
            web.post(f"{at}/Call/{{ref}}/", self._guarded(self._act)),
            web.delete(f"{at}/Call/{{ref}}/", self._guarded(self._end)),
            web.delete(f"{at}/Request/{{ref}}/", self._guarded(self._end)),
            web.post(f"{at}/Call/{{ref}}/DTMF/", self._guarded(self._act)),
            web.post(f"{at}/Call/{{ref}}/Record/", self._guarded(self._act)),
            web.get(f"{at}/Recording/{{ref}}/", self._guarded(self._recording)),
            web.delete(f"{at}/Recording/{{ref}}/", self._guarded(self._recording)),
            web.get("/media/{name}", self._file),
        ]

    def _guarded(self, handler: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            trouble = self.trouble()
            try:
                auth = BasicAuth.decode(request.headers.get("Authorization", ""))
            except ValueError:
                auth = BasicAuth("", "")
            if auth.login != AUTH_ID or auth.password not in self.keys:
                return web.json_response({"error": "authentication failed"}, status=401)
            if trouble.status and trouble.cut_after is None:
                return web.json_response({"error": "no"}, status=trouble.status, headers=trouble.headers)
            body = await request.json() if request.can_read_body else {}
            answer: web.Response = await handler(request, body)
            if trouble.cut_after is not None:
                assert request.transport is not None
                request.transport.abort()
            return answer

        return handle

    async def _account(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.json_response({"auth_id": AUTH_ID, "cash_credits": "12.50"})

    async def _dial(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        unknown = body.keys() - CALL
        missing = [name for name in NEEDED if not body.get(name)]
        if unknown or missing or not str(body["to"]).isdecimal():
            self.refused(f"unknown {unknown}, missing {missing}")
            return web.json_response({"error": "invalid parameters"}, status=400)
        ref = str(uuid.uuid4())
        self.calls[ref] = {"call_uuid": ref, "live": True, "call_status": "ringing", **body}
        return web.json_response({"message": "call fired", "request_uuid": ref, "api_id": "x"}, status=201)

    async def _live(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if request.query.get("status") != "live":
            return web.json_response({"objects": []})
        return web.json_response({"calls": [ref for ref, call in self.calls.items() if call["live"]]})

    async def _call(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        ref = request.match_info["ref"]
        call = self.calls.get(ref) or self.calls_in.get(ref)
        if call is None or (request.query.get("status") == "live") != call["live"]:
            return web.json_response({"error": "not found"}, status=404)
        return web.json_response(call)

    async def _act(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        call = self.calls.get(request.match_info["ref"])
        if call is None or not call["live"]:
            return web.json_response({"error": "call not found"}, status=404)
        self.told.append((request.method, request.path.partition("/Call/")[2], body))
        return web.json_response({"message": "ok", "recording_id": "rec-1", "url": "x"}, status=202)

    async def _end(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        ref = request.match_info["ref"]
        if "/Request/" in request.path:
            if ref not in self.requests:
                return web.json_response({"error": "not found"}, status=404)
            self.requests.discard(ref)
            return web.Response(status=204)
        if ref not in self.calls or not self.calls[ref]["live"]:
            return web.json_response({"error": "call not found"}, status=404)
        self.calls[ref] |= {"live": False, "call_status": "completed", "total_amount": "0.0045"}
        return web.Response(status=204)

    async def _recording(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        found = self.recordings.get(request.match_info["ref"])
        if found is None:
            return web.json_response({"error": "not found"}, status=404)
        if request.method == "DELETE":
            del self.recordings[request.match_info["ref"]]
            return web.Response(status=204)
        return web.json_response(found)

    async def _file(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.refused("our token was sent to where recordings lie")
        return web.Response(body=b"ID3\x04" + bytes(1_000), content_type="audio/mpeg")


TOKEN = KEY
