"""Exotel's Voice v1 API, by developer.exotel.com ("Outgoing call to connect number to a call flow", "Call
details"): forms in, JSON out, basic authentication.
"""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import BasicAuth, web

from tests.standins.provider import KEY, StandIn

SID = "acme1"
API_KEY = "k" * 40
CONNECT = {
    *("From", "CallerId", "Url", "CallType", "TimeLimit", "TimeOut", "StatusCallback", "CustomField"),
    *("StatusCallbackEvents[0]", "StatusCallbackEvents[1]", "StatusCallbackContentType", "RecordingChannels"),
}


class Exotel(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, dict[str, Any]] = {}
        self.calls_in: dict[str, dict[str, Any]] = {}
        """That somebody else makes, and are known here alone."""

    def routes(self) -> list[web.RouteDef]:
        at = f"/v1/Accounts/{SID}"
        return [
            web.get(f"{at}/Calls.json", self._guarded(self._list)),
            web.post(f"{at}/Calls/connect.json", self._guarded(self._connect)),
            web.get(f"{at}/Calls/{{ref}}.json", self._guarded(self._one)),
        ]

    def _guarded(self, handler: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                auth = BasicAuth.decode(request.headers.get("Authorization", ""))
            except ValueError:
                auth = BasicAuth("", "")
            if auth.login != API_KEY or auth.password not in self.keys:
                return _no(401, "Authentication is required")
            trouble = self.trouble()
            if trouble.status:
                return _no(trouble.status, "no", trouble.headers)
            answer: web.StreamResponse = await handler(request)
            return answer

        return handle

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"Metadata": {"Total": len(self.calls)}, "Calls": list(self.calls.values())})

    async def _connect(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        missing = [name for name in ("From", "CallerId", "Url") if not form.get(name)]
        if form.keys() - CONNECT or missing or "/exoml/start_voice/" not in form["Url"]:
            self.refused(f"unknown {form.keys() - CONNECT}, missing {missing}")
            return _no(400, "Invalid parameters")
        ref = uuid.uuid4().hex
        self.calls[ref] = {"Sid": ref, "Status": "in-progress", "Price": None, **form}
        return web.json_response({"Call": self.calls[ref]})

    async def _one(self, request: web.Request) -> web.Response:
        ref = request.match_info["ref"]
        found = self.calls.get(ref) or self.calls_in.get(ref)
        return _no(404, "Call not found") if found is None else web.json_response({"Call": found})


def _no(status: int, message: str, headers: Any = None) -> web.Response:
    told = {"RestException": {"Status": status, "Message": message}}
    return web.json_response(told, status=status, headers=headers)


API_TOKEN = KEY
