"""The settings of calls that cost money: which numbers are called at all, and how much of them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mediaserver.settings.group import SettingsGroup


def _prefix(text: str) -> str:
    if re.fullmatch(r"!?(\*|\+?[0-9]{1,20})", text) is None:
        raise ValueError('must be the beginning of a number such as "+49", "!+49900" to except one, or "*"')
    return text


def _priced(text: str) -> str:
    if re.fullmatch(r"\+[0-9]{1,20}", text) is None:
        raise ValueError('must be the beginning of a number with its "+", such as "+49"')
    return text


def _limited(text: str) -> str:
    if text not in SCOPES and re.fullmatch(r"(extension|inbound|trunk):.{1,64}", text) is None:
        raise ValueError(f'must be {", ".join(SCOPES)}, or "extension:NAME", "inbound:TRUNK", "trunk:NAME"')
    return text


def _country(text: str) -> str:
    if re.fullmatch(r"([1-9][0-9]{0,2})?", text) is None:
        raise ValueError('must be a country code without "+" or zeros, such as "49"')
    return text


SCOPES = ("all", "each_caller", "each_trunk", "api", "anonymous", "redirected")
Prefix = Annotated[str, AfterValidator(_prefix)]
PricedPrefix = Annotated[str, AfterValidator(_priced)]
LimitName = Annotated[str, AfterValidator(_limited)]


class OutboundCaps(SettingsGroup):
    """How much is called out; 0 is no limit."""

    max_calls: int = Field(default=0, ge=0, description="Calls at once that ring or are up; not of a trunk.")
    calls_per_minute: int = Field(default=0, ge=0, description="New calls in one minute of the clock.")
    calls_per_hour: int = Field(default=0, ge=0, description="New calls in the last 60 minutes.")
    calls_per_day: int = Field(default=0, ge=0, description="New calls in the last 24 hours.")
    minutes_per_day: float = Field(default=0.0, ge=0, description="Minutes talked in the last 24 hours.")
    spend_per_day: float = Field(
        default=0.0, ge=0, description="Money in the last 24 hours, by `outbound.prices`."
    )


class OutboundPrice(SettingsGroup):
    """What calls to a prefix cost."""

    per_minute: float = Field(ge=0, le=1000, description="Price of a minute.")
    first_s: int = Field(default=60, ge=1, le=3600, description="Seconds that are paid for at least.")
    step_s: int = Field(
        default=60, ge=1, le=3600, description="Seconds that are paid for at a time after that."
    )
    connection: float = Field(default=0.0, ge=0, le=1000, description="Paid for each answered call.")


CALLER = OutboundCaps(
    max_calls=30, calls_per_minute=60, calls_per_hour=600, calls_per_day=3000, minutes_per_day=3000
)
"""Of whoever has no limits of its own: nobody's stolen password is worth more."""


class OutboundSettings(SettingsGroup):
    country_code: Annotated[str, AfterValidator(_country)] = Field(
        default="",
        description='Country code of where the server stands, e.g. "49": national numbers are read by it. '
        "Empty: numbers that begin with a single 0 are not called unless four digits of them are named.",
    )
    international_prefixes: tuple[Annotated[str, Field(pattern=r"^[0-9]{1,6}$")], ...] = Field(
        default=(),
        description="What is dialled there before a country code; empty: 00, and 011 where the country code "
        "is 1 or not given.",
    )
    national_prefix: str = Field(
        default="usual",
        pattern=r"^(usual|none|[0-9]{1,3})$",
        description="What is dialled there before a national number: `usual` is 0, or 1 where the country "
        "code is 1; `none` where there is none (Spain, Italy, Poland, Norway).",
    )
    rules: tuple[Prefix, ...] = Field(
        default=(),
        description='Which numbers are called by any way, by their beginnings: `["+49", "!+4915"]`; the '
        "longest that fits decides, `!` says no, `*` is any. Empty: all that trunks and "
        "`sip.allowed_targets` permit. A rule permits nothing that these do not.",
    )
    high_risk: Literal["deny", "allow"] = Field(
        default="deny",
        description="Premium, shared-cost and satellite numbers, and countries known for revenue share fraud "
        "(a shipped list): denied unless a rule, a trunk's prefix or an allowed target is as long as the "
        "entry and names it; or called like all others.",
    )
    limits: dict[LimitName, OutboundCaps] = Field(
        default={},
        description="How much is called out, a table each: `all`; `each_caller` and `each_trunk` for those "
        "without their own; `extension:NAME`, `api`, `anonymous`, `inbound:TRUNK` (who called in by it), "
        "`redirected` (whom others send our calls on to) for whoever has the calls made; `trunk:NAME` for "
        "what goes out by it. Left out, `each_caller` is 30 calls at once, 60 a minute, 600 an hour, 3,000 "
        "and 3,000 minutes a day; all else has none.",
    )
    prices: dict[PricedPrefix, OutboundPrice] = Field(
        default={}, description='What calls cost by the beginning of the number, a table each: `"+49"`.'
    )
    other_price: float = Field(
        default=1.0, ge=0, le=1000, description="Price of a minute to numbers that `prices` has no entry for."
    )
    currency: str = Field(
        default="EUR", max_length=8, description="Of all prices; shown and never converted."
    )
    max_call_s: float = Field(
        default=7200.0,
        ge=0,
        le=7 * 86_400,
        description="A leg that costs money is hung up after so many seconds; 0: never.",
    )
    hard: bool = Field(
        default=False,
        description="When the minutes or the money of a day are used up, calls that are up are hung up, too, "
        "`warning_s` after a tone. Otherwise they go on, and only new ones are refused.",
    )
    warning_s: float = Field(
        default=30.0, ge=0, le=600, description="Time between that tone and the end of the call."
    )
