"""Calls at the stand-in, and the webhooks that tell of them, signed with its own key."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CONNECTION = "1494404757140276705"


@dataclass
class Call:
    """One leg."""

    to: str
    caller: str
    direction: str
    client_state: str | None = None
    webhook_url: str = ""
    stream: dict[str, Any] = field(default_factory=dict)
    """The fields `stream_…` with which it streams."""
    dialled_with: dict[str, Any] = field(default_factory=dict)
    answered: bool = False
    over: bool = False
    ref: str = field(default_factory=lambda: f"v3:{uuid.uuid4().hex}")
    leg: str = field(default_factory=lambda: str(uuid.uuid4()))
    session: str = field(default_factory=lambda: str(uuid.uuid4()))
    connection: str = CONNECTION

    def payload(self) -> dict[str, Any]:
        return {
            "call_control_id": self.ref,
            "call_leg_id": self.leg,
            "call_session_id": self.session,
            "connection_id": self.connection,
            "client_state": self.client_state,
            "from": self.caller,
            "to": self.to,
        }


@dataclass(frozen=True)
class Webhook:
    """As it goes over the wire."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class Signer:
    """Telnyx's pair of keys of one customer."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> str:
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def webhook(self, url: str, body: bytes, at: float | None = None) -> Webhook:
        told = str(int(time.time() if at is None else at))
        signature = self._key.sign(told.encode() + b"|" + body)
        return Webhook(
            url,
            body,
            {
                "content-type": "application/json",
                "telnyx-timestamp": told,
                "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
                "user-agent": "telnyx-webhooks",
            },
        )


def event(type_: str, payload: Mapping[str, Any], id_: str = "") -> bytes:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    data = {
        "record_type": "event",
        "event_type": type_,
        "id": id_ or str(uuid.uuid4()),
        "occurred_at": now,
        "payload": payload,
    }
    return json.dumps({"data": data, "meta": {"attempt": 1, "delivered_to": "here"}}).encode()
