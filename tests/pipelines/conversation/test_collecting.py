"""Keys on their way to becoming an entry, on positions of a made-up clock."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.conversation.agent import Keyed, Keys, Utterance
from pipelines.conversation.collecting import MOST_AHEAD, KeyCollector

ACCOUNT = Keys(6, 4, inter_digit_ms=2_000, full_ms=500)
TIME = Keys(4)
FAST, SLOW = 60, 1_500


class Phone:
    """One caller's keys, `t` going on with each."""

    def __init__(self, keys: Keys | None) -> None:
        self.collector = KeyCollector()
        self.collector.listen(keys)
        self.t = 0
        self.told: list[Keyed | Utterance] = []

    def wait(self, ms: int) -> None:
        for _ in range(0, ms, 20):
            self.t += 20 * SAMPLES_PER_MS
            self._tell(self.collector.tick(self.t))

    def press(self, digits: str, every: int = 200) -> None:
        for digit in digits:
            self._tell(self.collector.key(self.t, digit))
            self.wait(every)

    def _tell(self, told: Keyed | Utterance | None) -> None:
        if told is not None:
            self.told.append(told)


@pytest.mark.parametrize("every", [FAST, 200, SLOW])
def test_a_time_is_one_entry_however_fast_it_is_keyed(every: int) -> None:
    phone = Phone(TIME)
    phone.press("1430", every)
    assert phone.told == [Keyed("1430", "length")]


def test_a_hash_ends_a_short_entry_at_once() -> None:
    phone = Phone(TIME)
    phone.press("9#")
    assert phone.told == [Keyed("9", "terminator")]


def test_a_pause_ends_an_entry_without_hash() -> None:
    phone = Phone(TIME)
    phone.press("9", 2_400)
    assert phone.told == []
    phone.wait(200)
    assert phone.told == [Keyed("9", "pause")]


def test_a_hash_behind_a_full_entry_belongs_to_it_and_a_second_one_asks_for_help() -> None:
    phone = Phone(TIME)
    phone.press("1430#")
    assert phone.told == [Keyed("1430", "length")]
    phone.press("#")
    assert phone.told[1:] == [Keyed("", "terminator")]


def test_a_hash_long_behind_a_full_entry_asks_for_help() -> None:
    phone = Phone(TIME)
    phone.press("1430")
    phone.wait(5_000)
    phone.press("#")
    assert phone.told[1:] == [Keyed("", "terminator")]


def test_hash_alone_is_an_empty_entry() -> None:
    phone = Phone(ACCOUNT)
    phone.press("#")
    assert phone.told == [Keyed("", "terminator")]


def test_a_star_throws_away_what_was_keyed() -> None:
    phone = Phone(ACCOUNT)
    phone.press("12*")
    phone.press("3456#")
    assert phone.told == [Keyed("", "cancel"), Keyed("3456", "terminator")]


def test_too_few_are_told_as_such() -> None:
    phone = Phone(ACCOUNT)
    phone.press("12#")
    phone.press("34")
    phone.wait(2_000)
    assert phone.told == [Keyed("12", "too few"), Keyed("34", "too few")]


def test_too_many_are_told_as_such_where_there_is_time_to_see_it() -> None:
    phone = Phone(ACCOUNT)
    phone.press("1234567", FAST)
    assert phone.told == [Keyed("123456", "too many")]


def test_a_full_entry_waits_a_moment_for_its_hash() -> None:
    phone = Phone(ACCOUNT)
    phone.press("123456#", FAST)
    assert phone.told == [Keyed("123456", "terminator")]
    phone.press("123456")
    phone.wait(500)
    phone.press("#")
    assert phone.told[1:] == [Keyed("123456", "length")]


def test_what_is_said_beside_the_keys_gives_way_to_them() -> None:
    phone = Phone(ACCOUNT)
    phone.press("12")
    phone.collector.spoken(Utterance("one two three four", 0.9))
    phone.press("3456#")
    assert phone.told == [Keyed("123456", "terminator")]


def test_who_gives_up_keying_and_speaks_is_heard() -> None:
    phone = Phone(ACCOUNT)
    phone.press("12")
    said = Utterance("mountain view", 0.9)
    phone.collector.spoken(said)
    phone.collector.spoken(Utterance("", 0.0, understood=False))
    phone.wait(3_000)
    assert phone.told == [said]
    phone.press("34#")
    assert phone.told[1:] == [Keyed("34", "too few")], "and only once"


def test_another_question_begins_another_entry() -> None:
    phone = Phone(ACCOUNT)
    phone.press("12")
    phone.collector.listen(ACCOUNT)
    assert phone.collector.open, "the same question, asked again, goes on"
    phone.collector.listen(TIME)
    phone.press("1430")
    assert phone.told == [Keyed("1430", "length")]


def test_who_leans_on_the_keys_fills_no_memory() -> None:
    collector = KeyCollector()
    for _ in range(1_000):
        collector.hold("1")
    assert collector.release() == "1" * MOST_AHEAD and collector.release() == ""


def test_keys_that_no_entry_can_have_are_refused() -> None:
    for most, least in ((0, 0), (3, 4), (3, 0)):
        with pytest.raises(ValueError, match="no entry has"):
            Keys(most, least)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("0123456789ABCD"), st.integers(0, 1_900)), min_size=4, max_size=6),
    st.integers(0, 600),
)
def test_no_key_is_lost_and_none_is_told_twice(pressed: list[tuple[str, int]], full_ms: int) -> None:
    phone = Phone(Keys(6, 4, inter_digit_ms=2_000, full_ms=full_ms))
    for digit, pause in pressed:
        phone.press(digit, pause)
    phone.wait(3_000)
    assert "".join(told.digits for told in phone.told if isinstance(told, Keyed)) == "".join(
        digit for digit, _ in pressed
    )
    assert not phone.collector.open
