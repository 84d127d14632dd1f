"""The code of docs/webhooks.md does what it says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from mediaserver.webhooks.signing import new_secret, signed_headers

GUIDE = Path(__file__).parents[3] / "docs" / "webhooks.md"
BODY = '{"type":"turn","data":{"text":"caf\u00e9"}}'


@pytest.fixture
def verified() -> Any:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["verified"]


def test_the_code_of_the_guide_verifies_what_we_send(verified: Any) -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("id-1", datetime.now(UTC), BODY, [new, old])
    assert verified(headers, BODY.encode(), old) and verified(headers, BODY.encode(), new)
    Webhook(old).verify(BODY, headers)


def test_it_refuses_what_we_have_not_sent(verified: Any) -> None:
    secret, now = new_secret(), datetime.now(UTC)
    headers = signed_headers("id-1", now, BODY, [secret])
    assert not verified(headers, BODY.encode() + b" ", secret)
    assert not verified(headers, BODY.encode(), new_secret())
    assert not verified({**headers, "webhook-id": "id-2"}, BODY.encode(), secret)
    old = signed_headers("id-1", now - timedelta(minutes=6), BODY, [secret])
    assert not verified(old, BODY.encode(), secret)
