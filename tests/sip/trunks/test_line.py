"""How a trunk stands, and in which order trunks are asked; on a fake clock."""

from __future__ import annotations

import random
from collections import Counter

from sip.trunks.failover import Consequence
from sip.trunks.line import TrunkLine, TrunkStanding
from sip.trunks.selection import for_number, in_order
from sip.trunks.spec import TrunkSpec


def line(name: str, priority: int = 100, weight: int = 1, enabled: bool = True) -> TrunkLine:
    return TrunkLine(
        TrunkSpec(name, "h", prefixes=("+49",), priority=priority, weight=weight, enabled=enabled)
    )


def names(lines: list[TrunkLine]) -> list[str]:
    return [each.spec.name for each in lines]


def order(*lines: TrunkLine, now: float = 0.0) -> list[str]:
    return names(in_order(lines, now, lambda: 0.5))


def test_a_trunk_stands_as_it_is_told_of() -> None:
    one = line("a")
    assert one.standing(0.0) is TrunkStanding.UNKNOWN
    one.answers(True)
    assert one.standing(0.0) is TrunkStanding.UP
    one.answers(False, "does not answer")
    assert one.standing(0.0) is TrunkStanding.DOWN and one.why == "does not answer"
    one.answers(True)
    assert one.why == ""
    one.registration(False, "wrong password")
    assert one.standing(0.0) is TrunkStanding.DOUBTED
    one.answers(True)
    assert one.why == "wrong password"
    one.registration(True, routes=("<sip:edge;lr>",))
    assert one.standing(0.0) is TrunkStanding.UP and list(one.service_routes) == ["<sip:edge;lr>"]
    one.changed(TrunkSpec("a", "other", enabled=False))
    assert one.standing(0.0) is TrunkStanding.DISABLED and not one.service_routes


def test_rest_and_doubt_pass_and_a_call_that_works_ends_them() -> None:
    one = line("a")
    one.bore(Consequence(True, True, rest_s=5.0, doubt_s=10.0), 0.0)
    assert one.standing(4.9) is TrunkStanding.RESTING and one.standing(5.0) is TrunkStanding.DOUBTED
    assert one.standing(10.0) is TrunkStanding.UNKNOWN
    one.worked()
    assert one.standing(0.0) is TrunkStanding.UNKNOWN


def test_ill_and_doubted_trunks_come_after_the_others_whatever_their_priority() -> None:
    ill, doubted, well, last, down = (
        line("ill", 1),
        line("doubted", 1),
        line("well", 5),
        line("z", 9),
        line("d"),
    )
    for _ in range(10):
        ill.scorecard.attempted(0.0)
        ill.scorecard.failed(503, 0.0, fault=True)
    doubted.bore(Consequence(True, True, doubt_s=9.0), 0.0)
    down.answers(False)
    assert order(doubted, ill, last, down, well) == ["well", "z", "ill", "doubted"]
    assert order(doubted, last, now=9.0) == ["doubted", "z"]


def test_calls_are_shared_by_weight() -> None:
    draw = random.Random(7).random
    lines = [line("three", weight=3), line("one")]
    first = Counter(names(in_order(lines, 0.0, draw))[0] for _ in range(4000))
    assert 2800 < first["three"] < 3200


def test_the_trunk_of_the_call_comes_first_while_it_stands_well() -> None:
    ill, near, far = line("ill"), line("near", 1), line("far", 9)
    for _ in range(10):
        ill.scorecard.attempted(0.0)
        ill.scorecard.failed(503, 0.0, fault=True)
    lines = [ill, near, far]
    assert names(in_order(lines, 0.0, lambda: 0.5, "far")) == ["far", "near", "ill"]
    assert names(in_order(lines, 0.0, lambda: 0.5, "ill")) == ["near", "far", "ill"]


def test_only_trunks_that_may_call_a_number_are_looked_at() -> None:
    lines = [line("a"), line("off", enabled=False)]
    assert names(for_number(lines, "+4930")) == ["a"] and for_number(lines, "+33") == []
