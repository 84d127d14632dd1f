"""Zadarma's REST interface as its published description has it (github.com/zadarma/openapi, spec/v1; the
official clients), refusing what it refuses: a wrong signature, a field that is missing or malformed, more
than 100 requests a minute, or 3 for statistics.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from aiohttp import web

from tests.standins.provider import StandIn, cut, hang

ACCOUNT_KEY = "1234abcd5678"
SECRET = "a secret/with+marks"
NUMBER = r"\+?[0-9]{7,15}"
STAMP = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
FIELDS: dict[tuple[str, str], dict[str, tuple[bool, str]]] = {
    ("GET", "info/balance"): {},
    ("GET", "info/timezone"): {},
    ("GET", "direct_numbers"): {},
    ("GET", "pbx/callinfo"): {},
    ("GET", "pbx/webhooks"): {},
    ("GET", "request/callback"): {
        "from": (True, rf"{NUMBER}|[0-9]{{3,6}}(-[0-9]{{3}})?"),
        "to": (True, rf"{NUMBER}|[0-9]{{5,6}}"),
        "sip": (False, r"[0-9]{3,6}(-[0-9]{3})?"),
        "predicted": (False, "true|false"),
    },
    ("GET", "statistics"): {"start": (True, STAMP), "end": (True, STAMP), "skip": (False, r"\d+")},
    ("GET", "statistics/pbx"): {"start": (True, STAMP), "end": (True, STAMP), "version": (True, "[12]")},
    ("GET", "pbx/record/request"): {
        "call_id": (False, ".+"), "pbx_call_id": (False, ".+"), "lifetime": (False, r"\d+"),
    },
    ("DELETE", "pbx/record/request"): {"call_id": (False, ".+"), "pbx_call_id": (False, ".+")},
    ("POST", "sms/send"): {
        "number": (True, rf"{NUMBER}(,{NUMBER})*"), "message": (True, r"(?s).+"),
        "sender": (False, ".{1,15}"), "language": (False, "[a-z]{2}"),
    },
    ("POST", "pbx/callinfo/url"): {"url": (True, "https?://.+")},
    ("POST", "pbx/callinfo/notifications"): {
        f"notify_{each}": (False, "true|false")
        for each in ("start", "internal", "answer", "end", "out_start", "out_end")
    },
    ("POST", "pbx/webhooks/url"): {"url": (True, "https?://.+")},
    ("POST", "pbx/webhooks/hooks"): {
        each: (False, "true|false")
        for each in ("number_lookup", "call_tracking", "sms", "speech_recognition")
    },
}  # fmt: skip


class ZadarmaStandIn(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self.keys = {ACCOUNT_KEY}
        self.secret = SECRET
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        """What it took: method, path behind /v1/, fields."""
        self.general_left = 100
        self.statistics_left = 3
        self.balance = 10.34
        self.offset_h = 3
        self.unixtime = 1_795_219_200
        self.told_to = {"callinfo": "", "webhooks": ""}
        self.online = {"00001"}
        self.numbers: list[dict[str, Any]] = [_a_number("442030000000"), _a_number("442030000001")]
        self.pbx_calls: list[dict[str, Any]] = []
        self.billed: list[dict[str, Any]] = []
        self.recordings: dict[str, bytes] = {}
        self.denied: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/pbx/record/download/{token}/{name}", self._download),
            web.route("*", "/v1/{method:.+}", self._answer),
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        trouble = self.trouble()
        if trouble.silent:
            await hang()
        if trouble.cut_after is not None:
            cut(request)
        if trouble.status:
            return web.json_response(
                trouble.body or {"status": "error", "message": "try later"},
                status=trouble.status, headers=dict(trouble.headers),
            )  # fmt: skip
        path = request.match_info["method"].strip("/")
        raw = request.query_string if request.method == "GET" else (await request.read()).decode()
        fields = dict(parse_qsl(raw, keep_blank_values=True))
        if why := self._unauthorised(request, fields):
            return self._error(401, why)
        if why := self._too_many(path):
            return self._error(429, why, {"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0",
                                          "X-RateLimit-Reset": str(self.unixtime + 42)})  # fmt: skip
        if why := self._malformed(request.method, path, fields):
            return self._error(400, why)
        self.asked.append((request.method, path, fields))
        return web.json_response({"status": "success", **self._content(request.method, path, fields)})

    def _error(self, status: int, why: str, headers: dict[str, str] | None = None) -> web.Response:
        self.refused(why)
        return web.json_response({"status": "error", "message": why}, status=status, headers=headers)

    def _unauthorised(self, request: web.Request, fields: dict[str, str]) -> str:
        key, _, given = request.headers.get("Authorization", "").partition(":")
        if key not in self.keys:
            return "Wrong key"
        written = "&".join(f"{_php(name)}={_php(fields[name])}" for name in sorted(fields))
        text = request.path + written + hashlib.md5(written.encode()).hexdigest()
        right = base64.b64encode(
            hmac.new(self.secret.encode(), text.encode(), hashlib.sha1).hexdigest().encode()
        ).decode()
        return "" if hmac.compare_digest(right, given) else "Wrong signature"

    def _too_many(self, path: str) -> str:
        if path.startswith("statistics"):
            self.statistics_left -= 1
        self.general_left -= 1
        return "Rate limit exceeded" if min(self.general_left, self.statistics_left) < 0 else ""

    def _malformed(self, method: str, path: str, fields: dict[str, str]) -> str:
        if re.fullmatch(r"(sip/[0-9-]+|pbx/internal/[0-9]{3})/status", path):
            return ""
        known = FIELDS.get((method, path))
        if known is None:
            return "Unknown method"
        for name, (needed, pattern) in known.items():
            if name not in fields:
                if needed:
                    return f"{name} is required"
            elif re.fullmatch(pattern, fields[name]) is None:
                return f"Wrong parameter {name}"
        if odd := set(fields) - set(known) - {"format"}:
            return f"Unknown parameter {min(odd)}"
        if path == "pbx/record/request" and not {"call_id", "pbx_call_id"} & set(fields):
            return "call_id or pbx_call_id is required"
        return ""

    def _content(self, method: str, path: str, fields: dict[str, str]) -> dict[str, Any]:
        match method, path:
            case "GET", "info/balance":
                return {"balance": self.balance, "currency": "USD"}
            case "GET", "info/timezone":
                return {"unixtime": self.unixtime, "datetime": _stamp(self.unixtime + self.offset_h * 3600),
                        "timezone": f"UTC+{self.offset_h}"}  # fmt: skip
            case "GET", "direct_numbers":
                return {"info": self.numbers}
            case "GET", "pbx/callinfo" | "pbx/webhooks":
                return {"url": self.told_to[path.removeprefix("pbx/")], "hooks": {}, "notifications": {}}
            case "POST", "pbx/callinfo/url" | "pbx/webhooks/url":
                self.told_to[path.split("/")[1]] = fields["url"]
                return {"url": fields["url"]}
            case "GET", "request/callback":
                return {"from": fields["from"], "to": fields["to"], "time": self.unixtime}
            case "GET", "statistics":
                return {"start": fields["start"], "end": fields["end"], "stats": self.billed}
            case "GET", "statistics/pbx":
                return {"start": fields["start"], "end": fields["end"], "version": 2, "stats": self.pbx_calls}
            case "GET", "pbx/record/request":
                link = f"{self.url}/v1/pbx/record/download/NjM3M/{fields['call_id']}.mp3"
                return {"link": link, "lifetime_till": "2026-11-24 12:00:00"}
            case "DELETE", "pbx/record/request":
                self.recordings.pop(fields["call_id"], None)
                return {"file_name": f"{fields['call_id']}.mp3"}
            case "POST", "sms/send":
                return self._sent(fields)
            case _:
                sip = path.split("/")[-2]
                return {"sip": sip, "is_online": "true" if sip in self.online else "false"}

    def _sent(self, fields: dict[str, str]) -> dict[str, Any]:
        numbers = fields["number"].split(",")
        denied = [{"number": each, "message": "Wrong number"} for each in numbers if each in self.denied]
        return {
            "messages": len(numbers) - len(denied), "cost": 0.24, "currency": "USD",
            "sms_detalization": [
                {"senderid": fields.get("sender", "Teamsale"), "number": each, "cost": 0.24}
                for each in numbers if each not in self.denied
            ],
            "denied_numbers": denied,
        }  # fmt: skip

    async def _download(self, request: web.Request) -> web.StreamResponse:
        content = self.recordings.get(request.match_info["name"].removesuffix(".mp3"))
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="audio/mpeg")


def _a_number(number: str) -> dict[str, Any]:
    return {
        "number": number, "status": "on", "country": "United Kingdom", "description": "London",
        "number_name": None, "sip": "00001", "sip_name": None, "start_date": "2026-01-01 00:00:00",
        "stop_date": "2027-01-01 00:00:00", "monthly_fee": 2, "currency": "USD", "channels": 3,
        "autorenew": "true", "receive_sms": "1", "is_on_test": "false", "type": "common",
    }  # fmt: skip


def _stamp(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _php(text: str) -> str:
    """As PHP's urlencode: all but letters, digits and `-_.` in hexadecimal, `+` for a space."""
    return quote_plus(text, safe="").replace("~", "%7E")


def notification(
    secret: str, fields: dict[str, str], signed: tuple[str, ...]
) -> tuple[bytes, dict[str, str]]:
    """A notification as its PBX sends it: body and headers."""
    text = "".join(fields.get(name, "") for name in signed)
    digits = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    body = "&".join(f"{_php(name)}={_php(value)}" for name, value in fields.items()).encode()
    return body, {
        "content-type": "application/x-www-form-urlencoded",
        "signature": base64.b64encode(digits.encode()).decode(),
    }


def message_result(caller: str, did: str, text: str) -> str:
    """What an SMS event has in `result`."""
    return json.dumps({"caller_id": caller, "caller_did": did, "text": text})
