"""What Telnyx's refusals mean to whoever runs the server. Pure; codes as developers.telnyx.com lists them
("API error codes")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.printable import printable

ENDED = "90018"
"""Call has already ended."""
UNKNOWN_CALL = "90015"
"""Invalid Call Control ID."""
NOT_FOUND = "10005"
_SAID = 200
_MEND: Mapping[str, tuple[ProviderFault, str]] = {
    "10009": (
        ProviderFault.KEY,
        "Telnyx does not accept the API key: it was revoked or mistyped. Make one in the portal (Keys & "
        "Credentials, API Keys) and set api_key",
    ),
    "10010": (
        ProviderFault.KEY,
        "the API key may not do this: give its user the rights, or take another key",
    ),
    "10001": (ProviderFault.REFUSED, "the number is not active at Telnyx"),
    "10002": (ProviderFault.REFUSED, "Telnyx says that the number is none"),
    "10015": (ProviderFault.REFUSED, "Telnyx cannot read the request"),
    "10016": (ProviderFault.REFUSED, "numbers are told to Telnyx as +E.164: +15551234567"),
    "10011": (ProviderFault.LIMIT, "too much is asked of Telnyx at once"),
    "20100": (ProviderFault.QUOTA, "the Telnyx account has no money left: add funds in the portal"),
    ENDED: (ProviderFault.REFUSED, "the call is over already"),
    UNKNOWN_CALL: (ProviderFault.REFUSED, "Telnyx knows of no such call"),
}
_BY_STATUS: Mapping[int, tuple[ProviderFault, str]] = {
    401: _MEND["10009"],
    402: _MEND["20100"],
    403: (
        ProviderFault.KEY,
        "Telnyx forbids it: the account may be blocked, or the application has no outbound voice profile "
        "that allows this destination",
    ),
    404: (ProviderFault.REFUSED, "Telnyx knows of no such thing"),
    422: (ProviderFault.REFUSED, "Telnyx does not take it"),
    429: _MEND["10011"],
}


def refusal(status: int, body: object, after_s: float | None = None) -> TelephonyError:
    """Of an answer with this status. `body`: its JSON, {"errors": [{"code", "title", "detail", "source"}]};
    whatever else it is makes no difference but to the words."""
    code, said = _first(body)
    kind, mend = _MEND.get(code) or _BY_STATUS.get(status) or _other(status)
    if status >= 500:
        kind, mend = _other(status)
    told = f" ({status}{f', {code}' if code else ''}{f': {said}' if said else ''})"
    return TelephonyError(f"{mend}{told}", kind, after_s, code or str(status), maybe=status >= 500)


def _other(status: int) -> tuple[ProviderFault, str]:
    if status >= 500 or status == 408:
        return ProviderFault.DOWN, "Telnyx has trouble of its own: see status.telnyx.com"
    return ProviderFault.REFUSED, "Telnyx refuses it"


def _first(body: object) -> tuple[str, str]:
    """The first error's code, and what it says."""
    errors = body.get("errors") if isinstance(body, dict) else None
    first: Any = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return "", ""
    source = first.get("source")
    where = source.get("pointer") or source.get("parameter") if isinstance(source, dict) else ""
    words = first.get("detail") or first.get("title") or ""
    text = printable(f"{words}{f', at {where}' if where else ''}")[:_SAID]
    code = first.get("code")
    return (printable(str(code))[:20] if isinstance(code, str | int) else ""), text.strip()
