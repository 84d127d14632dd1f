"""Lines that strangers can cause."""

from __future__ import annotations

from mediaserver.seldom import Seldom


def test_a_line_is_said_once_in_a_while_and_then_how_often_it_was_not() -> None:
    seldom = Seldom(10.0)
    assert [seldom.due(now) for now in (5.0, 6.0, 14.9, 15.0, 24.0, 25.0, 35.0)] == [
        0,
        None,
        None,
        2,
        None,
        1,
        0,
    ]
