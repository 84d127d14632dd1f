"""Calls that are expected: announced ones come once and soon, lines always."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from mediaserver.errors import CapacityError
from providers.asterisk.wanted import LASTS_S, MOST_OF_ONE, CallWanted, ExpectedCalls

LINE = UUID("40325ec2-5efd-4bd3-805f-53576e581d13")


def test_an_announced_call_comes_once() -> None:
    expected, wanted = ExpectedCalls(), CallWanted("500", "500", "0301234567")
    id = expected.announce(wanted, 0.0)
    assert expected.take(id, 1.0) is wanted
    assert expected.take(id, 1.0) is None and len(expected) == 0


def test_an_announced_call_that_does_not_come_is_forgotten() -> None:
    expected = ExpectedCalls()
    early = expected.announce(CallWanted("500"), 0.0)
    late = expected.announce(CallWanted("501"), 10.0)
    assert expected.take(early, LASTS_S) is None
    assert len(expected) == 1
    assert expected.take(late, LASTS_S) is not None


def test_a_line_holds_and_leads_to_agents_alone() -> None:
    expected = ExpectedCalls({LINE: "demo"})
    for _ in range(2):
        wanted = expected.take(LINE, 0.0)
        assert wanted is not None and wanted.dialled == "demo" and wanted.standing
        assert not wanted.reach.extensions


def test_nobody_guesses() -> None:
    expected = ExpectedCalls({LINE: "demo"})
    ids = {expected.announce(CallWanted("500"), 0.0) for _ in range(100)}
    assert len(ids) == 100
    assert expected.take(uuid4(), 0.0) is None and expected.take(UUID(int=0), 0.0) is None


def test_there_is_an_end_to_what_is_expected() -> None:
    expected = ExpectedCalls(most=2)
    for _ in range(2):
        expected.announce(CallWanted("500"), 0.0)
    with pytest.raises(CapacityError):
        expected.announce(CallWanted("500"), 1.0)
    expected.announce(CallWanted("500"), LASTS_S)  # those before are forgotten


def test_one_key_leaves_some_to_others() -> None:
    """Its calls need not come: it announces as many as it likes."""
    expected, one = ExpectedCalls(), uuid4()
    for _ in range(MOST_OF_ONE):
        expected.announce(CallWanted("500", by=one), 0.0)
    with pytest.raises(CapacityError, match="by this key"):
        expected.announce(CallWanted("500", by=one), 0.0)
    expected.announce(CallWanted("500", by=uuid4()), 0.0)
    expected.announce(CallWanted("500"), 0.0)
    expected.announce(CallWanted("500", by=one), LASTS_S)
