"""Whether a callback is Plivo's: X-Plivo-Signature-V3, HMAC-SHA256 with the account's token over the address,
the query and the form in order of their names, and a nonce. Pure; by the scheme of Plivo's own SDKs.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

SIGNATURE = "x-plivo-signature-v3"
NONCE = "x-plivo-signature-v3-nonce"
MOST_FIELDS = 200


def fields(text: str) -> dict[str, list[str]]:
    """Of a query or a form. Raises ValueError for too many."""
    return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)


def signed_text(method: str, url: str, form: Mapping[str, list[str]]) -> str:
    """`form`: of the body; a GET has none."""
    parts = urlsplit(url)
    query = fields(parts.query)
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    asked = "&".join(f"{name}={value}" for name in sorted(query) for value in sorted(query[name]))
    if asked or form:
        base += f"?{asked}"
    if method == "POST" and form:
        told = "".join(f"{name}{value}" for name in sorted(form) for value in sorted(form[name]))
        base += f"{'.' if asked else ''}{told}"
    return base


def sign(token: str, text: str, nonce: str, *, as_python: bool = False) -> str:
    """`as_python`: as Plivo's SDK for Python has it, which writes what is not ASCII in UTF-8 twice; those for
    other languages do not, and nothing says what Plivo's own servers do."""
    octets = text.encode().decode("latin-1").encode() if as_python else text.encode()
    digest = hmac.new(token.encode(), octets + b"." + nonce.encode(), sha256).digest()
    return base64.b64encode(digest).decode()


def proven(
    token: str, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, list[str]]
) -> bool:
    """`headers`: names in lower case. Several signatures may be told, with commas between."""
    nonce, told = headers.get(NONCE, ""), headers.get(SIGNATURE, "")
    if not nonce or not told or len(told) > 1_000 or len(nonce) > 200 or not (nonce + told).isascii():
        return False
    if "." in nonce:
        return False  # one stands before it in what is signed: the text's own end could pass for a nonce
    text = signed_text(method, url, form)
    rights = [sign(token, text, nonce, as_python=twice).encode() for twice in (False, True)]
    signatures = [each.strip().encode() for each in told.split(",")]
    return any([hmac.compare_digest(right, each) for right in rights for each in signatures])
