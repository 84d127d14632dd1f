"""`voiceforge providers check` of an account of Zadarma: what there is to ask, and how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.printable import printable
from providers.zadarma.account import ZadarmaSettings
from providers.zadarma.api import ZadarmaApi

OFFSET_SLACK_S = 300


async def examined(api: ZadarmaApi, settings: ZadarmaSettings, public_url: str, now: float) -> list[Finding]:
    """`now`: seconds since 1970."""
    try:
        balance = await api.get("info/balance")
    except TelephonyError as error:
        mend = (
            "take key and secret from my.zadarma.com/api/ and set both anew"
            if error.kind is ProviderFault.KEY
            else "try again later, and look whether this machine reaches " + settings.api
        )
        return [Finding("key", False, str(error), mend)]
    findings = [Finding("key", True, "taken by Zadarma"), _balance(balance)]
    for name, examine in (
        ("time zone", _time_zone), ("numbers", _numbers), ("sip", _sip), ("notifications", _notifications),
        ("messages", _messages),
    ):  # fmt: skip
        try:
            findings.append(await examine(api, settings, public_url, now))
        except TelephonyError as error:
            findings.append(Finding(name, False, str(error), "ask again in a minute", required=False))
    return findings


def _balance(answer: dict[str, Any]) -> Finding:
    text = f"{answer.get('balance', '?')} {printable(str(answer.get('currency', '')))[:3]}"
    try:
        enough = float(answer.get("balance", 0)) > 0
    except (TypeError, ValueError):
        enough = False
    return Finding("balance", enough, text, "" if enough else "top the account up", required=False)


async def _time_zone(api: ZadarmaApi, settings: ZadarmaSettings, _: str, now: float) -> Finding:
    answer = await api.get("info/timezone")
    try:
        here = datetime.strptime(str(answer.get("datetime")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        unix = float(answer.get("unixtime", now))
    except (TypeError, ValueError):
        return Finding("time zone", False, "what Zadarma says of it cannot be read", required=False)
    ahead = round((here.timestamp() - unix) / 900) / 4
    if ahead != settings.utc_offset_h:
        return Finding(
            "time zone", False, f"the account is {ahead:+g} h from UTC, and here {settings.utc_offset_h:+g} "
            "h is set: its calls are said to have begun at the wrong time", f"set utc_offset_h to {ahead:g}",
            required=False,
        )  # fmt: skip
    if abs(unix - now) > OFFSET_SLACK_S:
        return Finding(
            "time zone", False, f"this machine's clock is {now - unix:+.0f} s from Zadarma's",
            "set the clock (NTP)", required=False,
        )  # fmt: skip
    return Finding("time zone", True, f"{ahead:+g} h from UTC")


async def _numbers(api: ZadarmaApi, settings: ZadarmaSettings, _: str, now: float) -> Finding:
    rows = (await api.get("direct_numbers")).get("info")
    held = (
        [str(row.get("number", "")) for row in rows if isinstance(row, dict)]
        if isinstance(rows, list)
        else []
    )
    caller = settings.caller.lstrip("+")
    if caller and caller not in held:
        return Finding(
            "numbers", False, f"{settings.caller} is none of the account's", "set caller to a number of its",
            required=False,
        )  # fmt: skip
    said = ", ".join(f"+{printable(each)[:20]}" for each in held[:5]) or "none"
    more = f" and {len(held) - 5} more" if len(held) > 5 else ""
    return Finding("numbers", True, said + more)


async def _sip(api: ZadarmaApi, settings: ZadarmaSettings, _: str, now: float) -> Finding:
    """Whether something is registered there, through which calls could come."""
    if not settings.extension:
        return Finding(
            "sip", False, "no extension is set: callbacks need to name both numbers",
            "set extension to the SIP number that the trunk registers as", required=False,
        )  # fmt: skip
    login = settings.extension.partition("-")
    if login[1] or len(settings.extension) == 3:
        extension = login[2] or settings.extension
        answer = await api.get(f"pbx/internal/{extension}/status")
    else:
        answer = await api.get(f"sip/{settings.extension}/status")
    online = str(answer.get("is_online", "")).lower() == "true"
    return Finding(
        "sip", online, f"{settings.extension} is {'' if online else 'not '}registered",
        "" if online else "add a trunk with `voiceforge trunks add zadarma --preset zadarma`, and look at it "
        "with `voiceforge trunks check zadarma`", required=False,
    )  # fmt: skip


async def _notifications(api: ZadarmaApi, settings: ZadarmaSettings, public_url: str, now: float) -> Finding:
    answer = await api.get("pbx/callinfo")
    return _told("notifications", str(answer.get("url", "")), public_url)


async def _messages(api: ZadarmaApi, settings: ZadarmaSettings, public_url: str, now: float) -> Finding:
    answer = await api.get("pbx/webhooks")
    return _told("messages", str(answer.get("url", "")), public_url)


def _told(name: str, url: str, public_url: str) -> Finding:
    if public_url and url.startswith(f"{public_url}/"):
        return Finding(name, True, "told to this server")
    where = f"told to {printable(url)[:100]}" if url else "told to nobody"
    mend = (
        "set the address in Zadarma's personal area, or have it set: `voiceforge providers numbers`"
        if public_url
        else "set http.public_url, so that Zadarma can reach this server"
    )
    return Finding(name, False, where, mend, required=False)
