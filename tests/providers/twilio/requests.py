"""Requests of Twilio's, signed as it signs them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from providers.accounts import doors
from providers.kind import Account
from providers.provider import WebhookRequest
from providers.twilio.signature import HEADER, signature

ACCOUNT_SID = "AC" + "a1" * 16
TOKEN = "0123456789abcdef0123456789abcdef"
CALL_SID = "CA" + "b2" * 16
PUBLIC = "https://voice.example.com"
CALL = {
    "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": CALL_SID, "CallStatus": "ringing",
    "Direction": "inbound", "From": "+4930123456", "To": "+442030000000", "Called": "+442030000000",
}  # fmt: skip


def signed(
    account: Account,
    hook: str,
    fields: dict[str, str],
    *,
    session: UUID | None = None,
    token: str = TOKEN,
    url: str = "",
) -> WebhookRequest:
    if not url and hook == "answer" and session is not None:
        url = doors.answer(account, session)
    url = url or doors.hook(account, hook, session)
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        HEADER: signature(token, url, list(fields.items())),
    }
    return WebhookRequest(hook, "POST", url, headers, urlencode(fields).encode(), session)
