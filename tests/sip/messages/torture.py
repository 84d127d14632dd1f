"""The RFC 4475 torture messages, where the shared test data lie beside the checkout."""

from __future__ import annotations

import pytest

from tests.testdata import TESTDATA

FOLDER = TESTDATA / "sip-torture"

NAMES = (
    "badaspec badbranch baddate baddn badinv01 badvers bcast bext01 bigcode clerr cparam01 cparam02 "
    "dblreq esc01 esc02 escnull escruri insuf intmeth inv2543 invut longreq ltgtruri lwsdisp lwsruri "
    "lwsstart mcl01 mismatch01 mismatch02 mpart01 multi01 ncl noreason novelsc quotbal regaut01 "
    "regbadct regescrt scalar02 scalarlg sdp01 semiuri transports trws unkscm unksm2 unreason wsinv "
    "zeromf "
).split()


def load(name: str) -> bytes:
    """The bytes of one message; skips the test where the data are absent."""
    path = FOLDER / "rfc4475" / f"{name}.dat"
    if not path.exists():
        pytest.skip(f"the RFC 4475 messages are not at {FOLDER}")
    return path.read_bytes()
