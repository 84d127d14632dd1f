"""Values that a model found, or that were typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.flows.slots.checked import checked_value, value_of_words
from tests.pipelines.flows.slots.kinds import TODAY, spec_of

Spec = dict[str, Any]
SIZES: Spec = {
    "kind": "choice",
    "options": [{"value": "L", "label": "large", "say": ["big"]}, {"value": "7"}],
}
GRAMMAR: Spec = {"kind": "grammar", "jsgf": "public <x> = yes {1} | no {2};", "labels": {"1": "one"}}
CHECKED: list[tuple[Spec, object, object]] = [
    (SIZES, "L", "L"),
    (SIZES, "Large", "L"),
    (SIZES, "big", "L"),
    (SIZES, 7, "7"),
    (SIZES, "M", None),
    (SIZES, None, None),
    ({"kind": "yes_no"}, True, "yes"),
    ({"kind": "yes_no"}, "no", "no"),
    ({"kind": "yes_no"}, 1, None),
    ({"kind": "digits", "least": 4}, "0175", "0175"),
    ({"kind": "digits", "least": 4}, "01 75", "0175"),
    ({"kind": "digits", "least": 4}, "zero one seven five", "0175"),
    ({"kind": "digits", "least": 4}, "017", None),
    ({"kind": "digits", "least": 2}, 42, "42"),
    ({"kind": "spelling"}, "bx7", "BX7"),
    ({"kind": "spelling", "letters": False}, "bx7", None),
    ({"kind": "number", "most": 20}, 5, 5),
    ({"kind": "number", "most": 20}, 5.0, 5),
    ({"kind": "number", "most": 20}, "5", 5),
    ({"kind": "number", "most": 20}, "five", 5),
    ({"kind": "number", "most": 20}, 25, None),
    ({"kind": "number", "most": 20}, 5.5, None),
    ({"kind": "number", "most": 20}, True, None),
    ({"kind": "number", "most": 20}, float("nan"), None),
    ({"kind": "number", "most": 20}, [5], None),
    ({"kind": "date"}, "2026-11-23", "2026-11-23"),
    ({"kind": "date"}, "2026-11-23T10:00:00Z", "2026-11-23"),
    ({"kind": "date"}, "2026-11-20", None),
    ({"kind": "date"}, "2026-02-30", None),
    ({"kind": "date"}, "next monday", "2026-11-23"),
    ({"kind": "time"}, "14:30", "14:30"),
    ({"kind": "time"}, "14:30:00", "14:30"),
    ({"kind": "time"}, "2:30", "14:30"),
    ({"kind": "time"}, "half past two", "14:30"),
    ({"kind": "time", "latest": "12:00"}, "14:30", None),
    ({"kind": "time"}, "25:00", None),
    ({"kind": "duration"}, 90, 90),
    ({"kind": "duration"}, "an hour and a half", 90),
    ({"kind": "duration"}, 1_000, None),
    ({"kind": "money"}, 12.5, 12.5),
    ({"kind": "money"}, 12.0, 12),
    ({"kind": "money"}, "12.50", 12.5),
    ({"kind": "money"}, "$12.50", 12.5),
    ({"kind": "money"}, -1, None),
    ({"kind": "money"}, float("inf"), None),
    ({"kind": "name"}, "anna schmidt", "Anna Schmidt"),
    ({"kind": "name", "known": ["Bert Brecht"]}, "BERT BRECHT", "Bert Brecht"),
    ({"kind": "name", "known": ["Bert Brecht"]}, "Carl", None),
    ({"kind": "email"}, "Anna@Example.com", "anna@example.com"),
    ({"kind": "email"}, "anna at example dot com", "anna@example.com"),
    ({"kind": "email"}, "anna", None),
    ({"kind": "phone"}, "+1 (415) 555-0123", "+14155550123"),
    ({"kind": "phone"}, "415-555-0123", "+14155550123"),
    ({"kind": "phone"}, "four one five five five five zero one two three", "+14155550123"),
    ({"kind": "phone"}, "911911", None),
    ({"kind": "address"}, " 12  Main\nStreet ", "12 Main Street"),
    ({"kind": "text"}, "", None),
    ({"kind": "text"}, "hm, well", "hm, well"),
    (GRAMMAR, "1", "1"),
    (GRAMMAR, "no", "2"),
    (GRAMMAR, "3", None),
]


@pytest.mark.parametrize(("spec", "value", "kept"), CHECKED)
def test_a_value_is_as_the_slot_would_have_it_or_none(spec: Spec, value: object, kept: object) -> None:
    found = checked_value(spec_of(spec), value, TODAY)
    assert (found, type(found)) == (kept, type(kept))


def test_what_was_checked_stays_as_it_is() -> None:
    for spec, _, kept in CHECKED:
        if kept is not None:
            assert checked_value(spec_of(spec), kept, TODAY) == kept


def test_words_in_another_language() -> None:
    assert value_of_words(spec_of({"kind": "date"}), "übermorgen", TODAY, language="de") == "2026-11-23"
    assert value_of_words(spec_of({"kind": "phone"}), "four one five", TODAY) is None


@settings(max_examples=60, deadline=None)
@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | st.lists(st.integers()),
    st.sampled_from(CHECKED),
)
def test_no_value_raises(value: object, case: tuple[Spec, object, object]) -> None:
    spec = spec_of(case[0])
    found = checked_value(spec, value, TODAY)
    assert found is None or checked_value(spec, found, TODAY) == found
