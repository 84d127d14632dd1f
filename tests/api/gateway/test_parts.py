"""The pure parts of the gateway: messages, what is kept for who is away, the quality word, the budget."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access.asker import NOBODY
from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.message_budget import AT_ONCE, PER_SECOND, MessageBudget
from api.gateway.messages import MOST_FIRST, Init, first_message, first_of_session, later_message
from api.gateway.outbox import MOST_KEPT, Outbox, SocketLine
from api.gateway.quality import Quality, quality_of
from api.gateway.session import GatewaySession
from mediaserver.calls.protocols import Steering
from mediaserver.errors import NoSuchCallError

KINDS = ("init", "resume", "connect", "message", "commit", "digit", "played", "network", "ping", "end", "x")


@settings(max_examples=100)
@given(
    st.one_of(
        st.text(max_size=60),
        st.dictionaries(
            st.sampled_from(
                ("type", "agent", "audio", "content", "digit", "ms", "rtt_ms", "token", "session")
            ),
            st.one_of(st.sampled_from(KINDS), st.text(max_size=5), st.integers(), st.floats(), st.none()),
        ).map(lambda content: json.dumps(content)),
    )
)
def test_whatever_comes_is_a_message_or_refused(text: str) -> None:
    for read in (first_message, first_of_session, later_message):
        try:
            read(text)
        except GatewayRefusal as refused:
            assert refused.code is CloseCode.PROTOCOL
            assert len(refused.reason) <= 123 and refused.reason.decode()


def test_a_key_is_not_shown_where_a_message_is() -> None:
    init = first_message(json.dumps({"type": "init", "agent": "a", "apiKey": "vf_secret"}))
    assert isinstance(init, Init) and "vf_secret" not in repr(init)
    with pytest.raises(GatewayRefusal) as caught:
        first_message(json.dumps({"type": "init", "agent": 3, "apiKey": "vf_secret"}))
    assert "vf_secret" not in str(caught.value)


def test_what_is_nested_without_end_is_refused() -> None:
    for text in ("[" * 60_000, '{"type":' * 10_000, '{"type": "init", "about": ' + "[" * 50_000):
        with pytest.raises(GatewayRefusal):
            first_message(text)


def test_long_messages_are_not_read() -> None:
    with pytest.raises(GatewayRefusal, match=str(MOST_FIRST)):
        first_message("[" * (MOST_FIRST + 1))


class Lined:
    """A socket's line, and what happens on it."""

    def __init__(self, most: int = 1_000) -> None:
        self.woken = self.overfull = 0
        self.line = SocketLine(most, self._wake, self._full)

    def _wake(self) -> None:
        self.woken += 1

    def _full(self) -> None:
        self.overfull += 1

    def taken(self) -> list[Any]:
        items = []
        while (item := self.line.take()) is not None:
            items.append(json.loads(item) if isinstance(item, str) else item)
        return items


def test_who_was_away_gets_what_it_missed_once() -> None:
    outbox, first = Outbox(), Lined()
    outbox.line = first.line
    outbox.tell("agent", text="one")
    outbox.line = None
    outbox.tell("agent", text="two")
    outbox.mention("transcript", final=False)
    outbox.audio(b"gone")
    second = Lined()
    outbox.line = second.line
    assert not outbox.missed(1)
    outbox.send_again(1)
    assert second.taken() == [{"type": "agent", "seq": 2, "text": "two"}]


def test_only_so_much_is_kept_and_that_is_said() -> None:
    outbox = Outbox()
    for number in range(MOST_KEPT + 10):
        outbox.tell("agent", text=str(number))
    assert outbox.missed(9) and not outbox.missed(10)
    big = Outbox()
    for _ in range(10):
        big.tell("agent", text="x" * 60_000)
    assert big.missed(7) and not big.missed(8)


def test_a_line_wakes_its_sender_once_and_is_full_once() -> None:
    lined = Lined(most=10)
    lined.line.put(b"12345")
    lined.line.put(b"6")
    assert lined.woken == 1
    lined.line.put(b"7890123")
    lined.line.put(b"4")
    assert lined.overfull == 1 and lined.line.octets == 0 and lined.taken() == []


def test_audio_that_was_not_sent_is_dropped_and_messages_are_not() -> None:
    lined = Lined()
    lined.line.put(b"one")
    lined.line.put('{"a": 1}')
    lined.line.put(b"two")
    lined.line.drop_audio()
    assert lined.line.octets == 8 and lined.taken() == [{"a": 1}]


def test_what_comes_behind_the_end_is_not_sent() -> None:
    lined = Lined()
    lined.line.finish(1000, "done")
    lined.line.finish(4004, "late")
    lined.line.put("x")
    assert lined.line.ending == (1000, "done") and lined.taken() == []


@pytest.mark.parametrize(
    ("figures", "word"),
    [
        ({}, Quality.EXCELLENT),
        ({"end_to_end_ms": 800}, Quality.EXCELLENT),
        ({"end_to_end_ms": 801}, Quality.GOOD),
        ({"end_to_end_ms": 400, "rtt_ms": 301}, Quality.FAIR),
        ({"end_to_end_ms": 400, "loss_pct": 9, "rtt_ms": None}, Quality.POOR),
    ],
)
def test_the_worst_figure_makes_the_word(figures: dict[str, Any], word: Quality) -> None:
    assert quality_of(figures) is word


def test_a_budget_comes_back_with_time() -> None:
    budget = MessageBudget(0.0)
    for _ in range(int(AT_ONCE)):
        budget.spend(0.0)
    with pytest.raises(GatewayRefusal) as caught:
        budget.spend(0.0)
    assert caught.value.code is CloseCode.RATE_LIMIT
    budget.spend(2 / PER_SECOND)


def test_an_interruption_drops_what_was_not_sent_of_the_voice() -> None:
    lined, session = Lined(), GatewaySession("s", "t", NOBODY, "voice", _unsteered, lambda: 0.0)
    session.attach(lined.line)
    session.audio(b"12")
    session.cleared(300)
    session.audio(b"34")
    assert lined.taken() == [
        {"type": "interrupted", "seq": 1, "heard_ms": 300, "audio_ms": 0},
        b"34",
    ]


def _unsteered(call_id: UUID) -> Steering:
    raise NoSuchCallError(call_id)
