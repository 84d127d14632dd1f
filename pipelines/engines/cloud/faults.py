"""What a provider of speech refuses, in one line that says how to mend it. One table for all providers: they
differ in the names of their codes, not in what goes wrong.

Read by workers, too: standard library alone, Python 3.10. A provider's own words are quoted only where ours
say less, and never those about a key: they may hold parts of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import ProviderError, ProviderFault
from pipelines.workers.async_entry import RequestError

SHOWN = 160
"""Characters of a provider's words that a line quotes."""
MOST_BODY = 20_000
_KEY = re.compile(r"\b(?:(?:sk|hf|key|token|bearer)[-_ ][\w-]{8,}|[0-9a-f]{24,}|[\w-]{36,})\b", re.IGNORECASE)
"""As keys look, and as they are sent."""
NO_QUOTA = ("quota", "payment_required", "insufficient funds", "credit balance", "out of credits", "billing")
LOADING = ("currently loading", "is loading", "starting", "scaled to zero", "warming", "cold start")
NO_VOICE = ("voice_not_found", "invalid voice", "no such voice", "voice_id", "voice was not found")


@dataclass(frozen=True)
class Provider:
    """Who was asked, as a line names it."""

    engine: str
    where: str
    """Host and port, or the base URL."""
    key: str
    """The variable or file that holds the key; empty where there is none."""

    def fault(
        self,
        kind: ProviderFault,
        told: str = "",
        after_s: float | None = None,
        *,
        missing: bool = False,
        status: int = 0,
    ) -> RequestError:
        """`told`: the provider's words. `missing`: it has no such voice or language."""
        quoted = f": {shown(told)}" if told and kind is not ProviderFault.KEY else ""
        code = f" ({status})" if status else ""
        rest = "" if after_s is None else f" for {after_s:g} s"
        text = {
            ProviderFault.KEY: f"{self.where} refuses the key in {self.key}; put a valid one there"
            if self.key
            else f"{self.where} wants a key; name its variable in engines.options.{self.engine}.api_key_env, "
            "or its file in api_key_file",
            ProviderFault.QUOTA: f"the account at {self.where} has nothing left{quoted}; top it up, or name "
            "another engine",
            ProviderFault.LIMIT: f"{self.where} is asked too much at once{quoted}; it is left alone{rest}",
            ProviderFault.DOWN: f"{self.where} failed{code}{quoted}",
            ProviderFault.WARMING: f"{self.where} is warming up"
            + ("" if after_s is None else f", about {after_s:.0f} s more")
            + quoted,
            ProviderFault.REFUSED: f"{self.where} refuses the request{code}{quoted}",
        }[kind]
        fields: dict[str, Any] = {"kind": kind.value}
        if after_s is not None:
            fields["after_s"] = after_s
        if missing:
            fields["missing"] = True
        return RequestError(f"{self.engine}: {text}", **fields)

    def http_fault(self, status: int, body: str | bytes, headers: Mapping[str, str]) -> RequestError:
        """What an HTTP answer means, or that to a WebSocket's opening."""
        told, codes = words_of(body)
        after_s = seconds(headers)
        lowered = f"{codes} {told}".lower()
        if status == 402 or any(word in lowered for word in NO_QUOTA):
            return self.fault(ProviderFault.QUOTA, told)
        if status in (401, 403):
            return self.fault(ProviderFault.KEY)
        if status == 429:
            return self.fault(ProviderFault.LIMIT, told, after_s)
        if status in (502, 503) and any(word in lowered for word in LOADING):
            return self.fault(ProviderFault.WARMING, "", estimated(body) or after_s)
        if status >= 500 or status == 408:
            return self.fault(ProviderFault.DOWN, told, after_s, status=status)
        missing = status in (400, 404, 422) and any(word in lowered for word in NO_VOICE)
        return self.fault(ProviderFault.REFUSED, told, missing=missing, status=status)


def error_of(fields: Mapping[str, Any]) -> ProviderError | None:
    """What a worker's FAILED tells of a provider; None for what else may fail."""
    try:
        kind = ProviderFault(fields.get("kind"))
    except ValueError:
        return None
    after = fields.get("after_s")
    after_s = float(after) if isinstance(after, (int, float)) and 0 <= after < 1e6 else None
    return ProviderError(str(fields.get("error", "no reason given")), kind, after_s)


def words_of(body: str | bytes) -> tuple[str, str]:
    """Of an error's body: its message and its codes, wherever they stand; a page of HTML says nothing."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    text = text[:MOST_BODY].strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ("" if text.startswith("<") else text), ""
    inner = value
    if isinstance(value, dict):
        inner = value.get("error") or value.get("detail") or value.get("error_message") or value
    outer = value if isinstance(value, dict) else {}
    told = inner if isinstance(inner, dict) else {}
    message = inner if isinstance(inner, str) else _first(told, "message", "err_msg", "msg", "error")
    codes = [_first(each, "code", "status", "err_code", "type", "error_code") for each in (told, outer)]
    return message or _first(outer, "message", "err_msg", "reason"), " ".join(codes)


def seconds(headers: Mapping[str, str]) -> float | None:
    """From `Retry-After` (a number; dates are for slower matters)."""
    for name in ("retry-after", "Retry-After"):
        try:
            after = float(headers.get(name, ""))
        except (TypeError, ValueError):
            continue
        if 0 <= after < 1e5:
            return after
    return None


def estimated(body: str | bytes) -> float | None:
    """Hugging Face's `estimated_time`, in seconds."""
    try:
        value = json.loads(body)
        after = float(value["estimated_time"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return after if 0 <= after < 1e5 else None


def shown(text: Any, most: int = SHOWN) -> str:
    """The beginning of a foreign text on one line, without what looks like a key."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in str(text)[: 4 * most]).split())
    flat = _KEY.sub("(a key)", flat)
    return flat if len(flat) <= most else flat[: most - 3] + "..."


def _first(told: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = told.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""
