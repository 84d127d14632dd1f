"""Words by language and by their pieces."""

from __future__ import annotations

import random

from pipelines.knowledge.terms import configuration, indexed, joined_pairs, telling, trigrams


def test_a_language_has_its_own_search_and_others_a_simple_one() -> None:
    assert [configuration(each) for each in ("en-GB", "DE", "zh", "xx")] == [
        "english",
        "german",
        "simple",
        "simple",
    ]


def test_texts_without_spaces_are_seen_by_pairs() -> None:
    assert indexed("図書館 A1").split() == ["図書", "書館", "A1"]
    assert indexed("语 plain").split() == ["语", "plain"]


def test_neighbours_are_joined() -> None:
    assert joined_pairs("a key board, over") == ["keyboard", "boardover"]


def test_trigrams_are_those_of_words_that_can_be_mistaken() -> None:
    assert trigrams("parks") == ["  p", " pa", "ark", "ks ", "par", "rks"]
    assert trigrams("abc") == trigrams("x" * 41) == trigrams("ab1cd") == []


def test_no_near_word_is_missed_by_the_trigrams_that_are_looked_for() -> None:
    rng = random.Random(3)
    words = ["".join(rng.choice("abcde") for _ in range(rng.randint(4, 9))) for _ in range(400)]
    near = 0
    for one in words[:80]:
        own = set(trigrams(one))
        for other in map(set, map(trigrams, words)):
            if 2 * len(own & other) >= 0.5 * (len(own) + len(other)):
                near += 1
                assert other & set(telling(sorted(own)))
    assert near > 200
