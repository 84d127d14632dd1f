from __future__ import annotations

import pytest

from api.watching.models import topic_pattern


@pytest.mark.parametrize("topic", ["call.ended", "call.*", "*", "*.*", "*" * 100, "*e*n*"])
def test_a_topic_that_events_have_is_taken(topic: str) -> None:
    assert topic_pattern(topic) == topic


@pytest.mark.parametrize("topic", ["*" * 99 + "x", "*e*b" * 20, "calls.*"])
def test_one_that_none_has_is_refused_however_many_stars_it_has(topic: str) -> None:
    """Backtracking over the stars, which whoever watches chooses, would hold up the loop of all calls."""
    with pytest.raises(ValueError, match="no event has such a topic"):
        topic_pattern(topic)
