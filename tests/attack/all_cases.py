"""All attacks: to import this is to know them."""

from __future__ import annotations

from tests.attack import (
    ceilings,
    checks,
    dear_messages,
    descriptions,
    floods,
    floods_in_disguise,
    guessed_proofs,
    handshakes,
    http_guard,
    liveness,
    loops,
    may_dial,
    media_lock,
    network_address_translation,
    never_a_weapon,
    never_acked,
    odd_messages,
    payload_types,
    real_nat,
    told_addresses,
    who_may_call,
)
from tests.attack.case import CASES

__all__ = [
    "CASES",
    "ceilings",
    "checks",
    "dear_messages",
    "descriptions",
    "floods",
    "floods_in_disguise",
    "guessed_proofs",
    "handshakes",
    "http_guard",
    "liveness",
    "loops",
    "may_dial",
    "media_lock",
    "network_address_translation",
    "never_a_weapon",
    "never_acked",
    "odd_messages",
    "payload_types",
    "real_nat",
    "told_addresses",
    "who_may_call",
]
