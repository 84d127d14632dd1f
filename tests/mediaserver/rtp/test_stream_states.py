"""The life of a stream, by its table."""

from __future__ import annotations

import pytest

from mediaserver.rtp.stream_states import TABLE, StreamAction, StreamEvent, StreamState


def life(*events: StreamEvent) -> list[StreamAction]:
    state, done = StreamState.OPENED, list[StreamAction]()
    for event in events:
        state, doing = TABLE[state, event]
        done += doing
    return done


def test_silence_is_told_once_and_again_after_something_was_heard() -> None:
    silent = (StreamEvent.UNHEARD, StreamEvent.UNHEARD, StreamEvent.UNHEARD)
    assert life(StreamEvent.CONFIGURED, *silent) == [StreamAction.TELL_SILENCE]
    twice = life(StreamEvent.CONFIGURED, *silent, StreamEvent.HEARD, *silent)
    assert twice == [StreamAction.TELL_SILENCE] * 2
    assert life(StreamEvent.CONFIGURED, *silent, StreamEvent.CONFIGURED, *silent) == twice


@pytest.mark.parametrize(
    "before", [(), (StreamEvent.CONFIGURED,), (StreamEvent.CONFIGURED, StreamEvent.HEARD)]
)
def test_ports_are_given_back_once_and_only_a_known_peer_is_told(before: tuple[StreamEvent, ...]) -> None:
    bye = [StreamAction.SAY_BYE] if before else []
    assert life(*before, StreamEvent.CLOSE, StreamEvent.CLOSE) == [*bye, StreamAction.RELEASE]


def test_every_state_can_be_closed_and_nothing_leads_back() -> None:
    assert all((state, StreamEvent.CLOSE) in TABLE for state in StreamState)
    assert all(
        after is StreamState.CLOSED for (state, _), (after, _) in TABLE.items() if state is StreamState.CLOSED
    )
