"""What an operator is told of AudioSocket."""

from __future__ import annotations

import pytest

from providers.asterisk.findings import audiosocket_findings
from tests.providers.asterisk.bench import LINE


@pytest.mark.parametrize(
    ("networks", "ok", "said"),
    [
        (("127.0.0.0/8", "::1"), True, "connects to"),
        (("10.0.0.0/8",), True, "connects to"),
        (("0.0.0.0/0",), False, "0.0.0.0/0 may connect"),
        (("::/0", "192.0.2.1"), False, "1 lines are behind it"),
        ((), False, "nobody may connect"),
    ],
)
def test_who_may_connect_is_looked_at(networks: tuple[str, ...], ok: bool, said: str) -> None:
    (finding,) = audiosocket_findings("127.0.0.1:9092", networks, [LINE])
    assert finding.ok is ok and said in finding.detail and bool(finding.mend) is not ok
    assert not finding.fatal


def test_where_it_does_not_listen_there_is_nothing_to_say() -> None:
    assert audiosocket_findings("", (), []) == []
