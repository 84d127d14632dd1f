"""Vonage's Voice API v1, by developer.vonage.com ("Voice API reference", "NCCO reference") and the schema
`CreateCallRequestBase` of its OpenAPI document: requests with a token that is signed by the application's
key, and webhooks with one that is signed by the account's secret.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.standins.provider import StandIn

APPLICATION = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
SECRET = "ZYkAW6CpPIJmIsuZbyLxXFC0pRmbSDZ6hUgZBiGHdUzHYU6chk"
CALL = {
    *("to", "from", "random_from_number", "ncco", "answer_url", "answer_method", "event_url", "event_method"),
    *("machine_detection", "advanced_machine_detection", "length_timer", "ringing_timer"),
}
ACTIONS = ("hangup", "mute", "unmute", "earmuff", "unearmuff", "transfer")


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    """One for all: it takes most of a second."""
    return rsa.generate_private_key(65_537, 2_048)


class Vonage(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self._key = _key()
        self.calls: dict[str, dict[str, Any]] = {}
        self.calls_in: dict[str, dict[str, Any]] = {}
        """That somebody else makes, and are known here alone."""
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.tokens: set[str] = set()
        """Ids of tokens that came."""

    @property
    def private_key(self) -> str:
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem.decode()

    def webhook(self, told: dict[str, Any], **claims: Any) -> tuple[dict[str, str], bytes]:
        """Headers and body of a signed one. `claims`: in the place of the right ones."""
        body = json.dumps(told, separators=(",", ":")).encode()
        right = {
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            "iss": "Vonage",
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "api_key": "abcd1234",
            "application_id": APPLICATION,
        }
        token = signed_hs256({**right, **claims}, SECRET)
        return {"content-type": "application/json", "authorization": f"Bearer {token}"}, body

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/calls", self._guarded(self._dial)),
            web.get("/v1/calls", self._guarded(self._list)),
            web.get("/v1/calls/{ref}", self._guarded(self._one)),
            web.put("/v1/calls/{ref}", self._guarded(self._change)),
            web.put("/v1/calls/{ref}/dtmf", self._guarded(self._dtmf)),
        ]

    def _guarded(self, handler: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not self._admitted(request.headers.get("Authorization", "")):
                return web.json_response({"title": "Unauthorized", "detail": "bad token"}, status=401)
            trouble = self.trouble()
            if trouble.status:
                return web.json_response({"title": "no"}, status=trouble.status, headers=trouble.headers)
            body = await request.json() if request.can_read_body else {}
            answer: web.StreamResponse = await handler(request, body)
            return answer

        return handle

    def _admitted(self, authorization: str) -> bool:
        head, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
        try:
            self._key.public_key().verify(_decoded(signature), head.encode(), padding.PKCS1v15(), SHA256())
            kind, claims = (json.loads(_decoded(part)) for part in head.split("."))
        except (ValueError, InvalidSignature):
            return False
        fresh = abs(time.time() - claims["iat"]) < 60 and claims["jti"] not in self.tokens
        self.tokens.add(claims["jti"])
        return (
            fresh and kind["alg"] == "RS256" and claims["application_id"] == APPLICATION and bool(self.keys)
        )

    async def _dial(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        why = f"unknown {body.keys() - CALL}" if body.keys() - CALL else ""
        to = body.get("to", [{}])[0]
        if to.get("type") != "phone" or not str(to.get("number", "")).isdecimal():
            why = "to"
        if (
            not body.get("ncco")
            and not body.get("answer_url")
            or not 1 <= body.get("ringing_timer", 60) <= 120
        ):
            why = "ncco or ringing_timer"
        if why:
            self.refused(why)
            return web.json_response({"title": "Bad Request", "detail": why}, status=400)
        ref = str(uuid.uuid4())
        self.calls[ref] = {"uuid": ref, "status": "started", "direction": "outbound", **body}
        self.calls[ref]["to"] = to
        answer = {"uuid": ref, "status": "started", "direction": "outbound", "conversation_uuid": "CON-x"}
        return web.json_response(answer, status=201)

    async def _list(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        status = request.query.get("status")
        calls = [each for each in self.calls.values() if status in (None, each["status"])]
        return web.json_response({"count": len(calls), "_embedded": {"calls": calls}})

    async def _one(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        ref = request.match_info["ref"]
        found = self.calls.get(ref) or self.calls_in.get(ref)
        if found is None:
            return web.json_response({"title": "Not Found"}, status=404)
        return web.json_response(found)

    async def _change(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        call = self.calls.get(request.match_info["ref"])
        if call is None:
            return web.json_response({"title": "Not Found"}, status=404)
        if body.get("action") not in ACTIONS:
            self.refused(f"action {body}")
            return web.json_response({"title": "Bad Request"}, status=400)
        if call["status"] == "completed":
            return web.json_response({"title": "Bad Request", "detail": "not a valid state"}, status=400)
        self.told.append((call["uuid"], body))
        if body["action"] == "hangup":
            call["status"] = "completed"
        return web.Response(status=204)

    async def _dtmf(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if set(str(body.get("digits", "!"))) - set("0123456789*#p"):
            self.refused(f"digits {body}")
            return web.json_response({"title": "Bad Request"}, status=400)
        self.told.append((request.match_info["ref"], body))
        return web.json_response({"message": "DTMF sent", "uuid": request.match_info["ref"]})


def signed_hs256(claims: dict[str, Any], secret: str) -> str:
    """A token as Vonage signs those of its webhooks."""
    told = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(_encoded(json.dumps(each).encode()) for each in told)
    return f"{text}.{_encoded(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
