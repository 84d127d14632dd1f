"""What the search may find: whole sentences, and sentences that break off."""

from __future__ import annotations

from pipelines.engines.grammars.jsgf import JsgfGrammar
from pipelines.engines.grammars.meaning import telling
from pipelines.engines.stt.pocketsphinx.network import BROKEN_OFF, NOTHING_SAID, Network, network, rivals


def built(rules: str) -> Network:
    return network(JsgfGrammar(f"#JSGF V1.0;\ngrammar g;\npublic <g> = {rules};\n"))


def without(text: str, rules: str, *strangers: str) -> dict[str, float]:
    return sentences(
        rivals(JsgfGrammar(f"#JSGF V1.0;\ngrammar g;\npublic <g> = {rules};\n"), text, strangers)
    )


def sentences(net: Network, longest: int = 4) -> dict[str, float]:
    """Every way from the start to the end with its probability but for the words' own."""
    found: dict[str, float] = {}
    todo: list[tuple[int, tuple[str, ...], float]] = [(0, (), 1.0)]
    while todo:
        state, words, likely = todo.pop()
        if state == net.states - 1:
            found[" ".join(words)] = max(likely, found.get(" ".join(words), 0.0))
        for arc in net.arcs:
            if arc[0] == state and len(words) <= longest:
                more = (*words, arc[3]) if len(arc) > 3 else words
                todo.append((arc[1], more, likely * (1.0 if len(arc) > 3 else arc[2])))
    return found


def test_a_sentence_may_break_off_but_not_before_its_first_word() -> None:
    assert sentences(built("[in] (mountain view | paris)")) == {
        "mountain view": 1.0,
        "in mountain view": 1.0,
        "paris": 1.0,
        "in paris": 1.0,
        "mountain": BROKEN_OFF,
        "in mountain": BROKEN_OFF,
        "in": NOTHING_SAID,
    }


def test_what_may_stop_and_go_on_is_whole_both_ways() -> None:
    found = sentences(built("two [thirty] [p m]"))
    assert {text for text, likely in found.items() if likely > 0.9} == {
        "two",
        "two thirty",
        "two p m",
        "two thirty p m",
    }
    assert found["two p"] == BROKEN_OFF


def test_repetitions_come_round_again() -> None:
    assert sentences(built("(one | two)+"), 2).keys() >= {"one", "two", "one one", "two one"}


def test_what_leads_nowhere_is_not_searched() -> None:
    assert sentences(built("paris | new <VOID>")) == {"paris": 1.0}


def test_words_that_lead_to_the_same_place_stay_apart() -> None:
    ends = [arc[1] for arc in built("one | two | three").arcs if len(arc) > 3]
    assert len(set(ends)) == 3


def test_a_part_used_often_is_not_multiplied() -> None:
    counts = " | ".join(f"n{n}" for n in range(50))
    assert len(built(f"({counts}) [people | persons]").arcs) < 50 * 5


def test_rivals_are_all_that_means_something_else() -> None:
    assert without("in paris", "[in | the] (paris | london)") == {
        "london": 1.0,
        "in london": 1.0,
        "the london": 1.0,
        "in": BROKEN_OFF,
        "the": BROKEN_OFF,
    }


def test_the_beginning_and_the_end_of_a_sentence_are_rivals_of_it() -> None:
    found = without("two thirty", "(two | three) [thirty] [p m]")
    assert {"two", "three thirty", "two thirty p m", "two p m"} <= found.keys()
    assert "two thirty" not in found


def test_where_only_small_words_are_said_they_tell() -> None:
    assert without("a", "a | i | b").keys() == {"i", "b"}
    assert telling(["in", "london"]) == ("london",)
    assert telling(["on"]) == ("on",)


def test_other_words_of_the_same_tag_are_no_rivals() -> None:
    found = without("yes", "(yes | yes please | that's right) {yes} | (no | that's wrong) {no}")
    assert found == {"no": 1.0, "that's wrong": 1.0, "that's": BROKEN_OFF}


def test_words_under_an_empty_tag_make_no_other_answer() -> None:
    assert without("two people", "(two | three) [people {}]") == {"three": 1.0, "three people": 1.0}


def test_the_same_word_that_could_go_on_as_something_else_is_no_rival() -> None:
    assert "no" not in without("no", "no {no} | no {} (place | day)")


def test_a_beginning_that_tells_nothing_is_hardly_ever_all_that_was_said() -> None:
    found = sentences(built("[this {}] (today | day after tomorrow)"))
    assert found["this"] == NOTHING_SAID < found["day after"] == BROKEN_OFF


def test_strangers_may_be_said_in_any_number_and_order() -> None:
    found = without("paris", "paris", "~what", "~no")
    assert {"~what", "~no", "~no ~what", "~what ~what ~no"} <= found.keys()
    assert not any("paris" in text for text in found)


def test_rivals_of_what_is_said_again_and_again() -> None:
    found = without("one one", "(one | two)+")
    assert {"one", "one two", "two one", "one one one"} <= found.keys() and "one one" not in found


def test_where_answers_are_told_from_one_another_only_whole_ones_count() -> None:
    grammar = JsgfGrammar("#JSGF V1.0;\ngrammar g;\npublic <g> = yes | no | no the day;\n")
    assert sentences(rivals(grammar, "yes", broken_off=False)).keys() == {"no", "no the day"}
    assert sentences(rivals(grammar, "yes")).keys() > {"no", "no the day"}
