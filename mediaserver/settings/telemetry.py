"""Where traces of calls and requests go, if anywhere (OpenTelemetry). Of SIP messages: the section `sip`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from mediaserver.settings.group import SettingsGroup


def _is_collector(text: str) -> str:
    if text:
        found = urlsplit(text)
        if found.scheme not in ("http", "https") or not found.hostname or found.query or found.fragment:
            raise ValueError('must be the base address of a collector, e.g. "http://collector.example:4318"')
        if found.username is not None:
            raise ValueError("has a password in it: put it into telemetry.otlp_headers")
    return text.rstrip("/")


def headers_of(text: str) -> Mapping[str, str]:
    """`name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS has it. Raises ValueError."""
    headers = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        name, is_pair, value = pair.partition("=")
        if (
            not is_pair
            or not name.strip()
            or not (name + value).isascii()
            or not (name + value).isprintable()
        ):
            raise ValueError('must be "name=value", more of them behind commas')
        headers[name.strip().lower()] = value.strip()
    return headers


def _are_headers(secret: SecretStr) -> SecretStr:
    headers_of(secret.get_secret_value())
    return secret


class TelemetrySettings(SettingsGroup):
    otlp_endpoint: Annotated[str, AfterValidator(_is_collector)] = Field(
        default="",
        description="Base address of an OpenTelemetry collector (OTLP over HTTP, usually port 4318): traces "
        "of calls and of API requests go to its `/v1/traces`. They hold no numbers and no words. Empty: "
        "there are none.",
    )
    otlp_headers: Annotated[SecretStr, AfterValidator(_are_headers)] = Field(
        default=SecretStr(""),
        description='What the collector wants to be told each time: "name=value", more behind commas.',
    )
    sample: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of calls, and of requests, that is traced. A request whose `traceparent` says "
        "so is traced all the same.",
    )
    service_name: str = Field(
        default="voiceforge", min_length=1, max_length=100, description="Our name in the traces."
    )
