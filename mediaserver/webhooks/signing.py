"""What proves to an endpoint that we have sent it: Standard Webhooks 1.0.0, HMAC-SHA256 of id, time, body."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """As endpoints' libraries take it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(delivery: str, at: datetime, body: str, keys: Sequence[str]) -> dict[str, str]:
    """`keys`: that are valid now; the endpoint knows one of them. `at`: of this try."""
    signatures = (Webhook(key).sign(delivery, at.astimezone(UTC), body) for key in keys)
    return {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
