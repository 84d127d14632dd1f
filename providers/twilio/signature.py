"""Whether a request comes from Twilio: the `X-Twilio-Signature` header, in constant time.

Twilio signs the address that it calls and, behind it, the fields of the form, sorted, without anything
between them; the key is the account's auth token. A body that is no form is covered by its hash in the
address (`bodySHA256`). Twilio is at odds with itself about whether a port that goes without saying is part of
the address, so both forms count. Requests signed with a shared key say so in a header of their own and may
use SHA-256. (Twilio, "Security": validating requests; twilio-python, `request_validator.py`.)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit

HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
MOST_FIELDS = 300
"""Of a form; Twilio sends some forty."""

Form = Sequence[tuple[str, str]]


def form_of(body: bytes, content_type: str) -> list[tuple[str, str]] | None:
    """The fields of a body that is a form; None: it is none. Raises ValueError: it cannot be read."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    return parse_qsl(
        body.decode("ascii"),
        keep_blank_values=True,
        strict_parsing=bool(body),
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )


def signature(key: str, url: str, form: Form = (), algorithm: str = "sha1") -> str:
    """What Twilio sends for this request. Of a field that is there several times each value counts once, in
    order."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), algorithm)).decode()


def spellings(url: str) -> list[str]:
    """The address as it stands, and as it is with the port that goes without saying, or without any."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    begin = f"{parts.scheme}://{parts.netloc}"
    try:
        port = parts.port
    except ValueError:
        return [url]
    if usual is None or not url.startswith(begin):
        return [url]
    bare = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    with_port = f"{bare}:{usual if port is None else port}"
    # Nothing but the host is written anew: the signature is over every octet of the rest.
    tail = url[len(begin) :]
    return list(dict.fromkeys((url, *(f"{parts.scheme}://{host}{tail}" for host in (bare, with_port)))))


def is_signed(
    keys: Iterable[str],
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    content_type: str,
    header: str = HEADER,
) -> bool:
    """`keys`: what may have signed it; none: nothing counts. `headers`: names in lower case. Raises
    ValueError for a form that cannot be read."""
    claimed = headers.get(header, "").encode()
    algorithm = algorithm_of(headers.get(SETTINGS_HEADER, ""))
    if not claimed or algorithm is None:
        return False
    form = form_of(body, content_type)
    if form is None:
        form = []
        if body and not _hash_agrees(url, body):
            return False
    agrees = False
    for key in filter(None, keys):
        for spelling in spellings(url):
            agrees |= hmac.compare_digest(signature(key, spelling, form, algorithm).encode(), claimed)
    return agrees


def algorithm_of(settings: str) -> str | None:
    """`key=…,algorithm=HMAC_SHA256` of a request that was signed with a shared key; None: one that we do not
    know."""
    found = "HMAC_SHA1"
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            found = value.strip().upper()
    return {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}.get(found)


def _hash_agrees(url: str, body: bytes) -> bool:
    told = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), told.encode())
