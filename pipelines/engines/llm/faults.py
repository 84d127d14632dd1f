"""What a model's server refuses, in words that say how to mend it. One table for all makers: they differ in
the names of their codes, not in what goes wrong.

A server's own words are quoted only where ours say less, and never those about a key: they may hold parts of
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import ModelError
from pipelines.engines.llm.wire_text import count, mapping, shown, told_why

TOO_LONG = ("context_length", "context length", "too many tokens", "prompt is too long", "maximum context")
FILTERED = ("content_filter", "content_policy", "content management policy", "responsibleai")
NO_QUOTA = (
    "insufficient_quota",
    "billing",
    "credit balance",
    "quota exceeded",
    "exceeded your current quota",
)
OVERLOADED = ("overloaded_error", "rate_limit_error", "api_error", "timeout_error", "server_error")
STATUS_OF = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "api_error": 500,
    "overloaded_error": 529,
}
"""Of faults that come within a stream, where no status can."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked, as errors name it."""

    engine: str
    where: str
    """Host and port, or the base URL."""
    model: str
    key: str
    """The variable or file that holds the key; empty where there is none."""


def fault_of(
    asked: Asked, status: int, body: Any, after_s: float | None = None, *, model_given: bool = True
) -> ModelError:
    """What a status and an error's body mean. `body`: whatever could be read of it, or nothing.
    `model_given`: the request named the model."""
    body = body[0] if isinstance(body, list) and body else body  # Gemini's stands in a list
    inner = mapping(body).get("error", body)
    told = mapping(inner)
    message = told_why(told.get("message") or (inner if isinstance(inner, str) else ""))
    codes = f"{shown(told.get('type'))} {shown(told.get('code'))} {message}".lower()
    status = status or STATUS_OF.get(shown(told.get("type")), 0) or count(told.get("code"))
    engine, quoted = asked.engine, f": {message}" if message else ""
    if status == 401:
        if not asked.key:
            return ModelError(
                f"{engine}: {asked.where} wants a key; name its variable in "
                f"engines.options.{engine}.api_key_env, or its file in api_key_file"
            )
        return ModelError(f"{engine}: {asked.where} refuses the key in {asked.key}; put a valid one there")
    if any(word in codes for word in FILTERED):
        return ModelError(f"{engine}: the content filter refused this request{quoted}", about_request=True)
    if status == 413 or any(word in codes for word in TOO_LONG):
        return ModelError(
            f"{engine}: the conversation is too long for {asked.model}{quoted}", about_request=True
        )
    if status == 402 or any(word in codes for word in NO_QUOTA):
        return ModelError(f"{engine}: the account has no credit left; top it up, or name another model")
    if status == 403:
        return ModelError(f"{engine}: the key in {asked.key or 'use'} may not use {asked.model}{quoted}")
    if status == 404 and model_given:
        return ModelError(
            f"{engine}: {asked.where} knows no model {asked.model!r}, or base_url is wrong (it usually ends "
            f"in /v1){quoted}; set engines.options.{engine}.model"
        )
    if status == 429:
        return ModelError(f"{engine}: too many requests{quoted}", retryable=True, after_s=after_s)
    if status >= 500 or status == 408 or any(word in codes for word in OVERLOADED):
        return ModelError(
            f"{engine}: {asked.where} failed ({status or 'in its stream'}){quoted}",
            retryable=True,
            after_s=after_s,
        )
    return ModelError(f"{engine}: {asked.where} refuses the request ({status or 'in its stream'}){quoted}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from `Retry-After` (a number; dates are for slower matters) or `retry-after-ms`."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < 1e6:
            return seconds
    return None
