"""All cases of the conversation set, by family, and one line about each."""

from __future__ import annotations

from collections.abc import Iterable

from callers.cases import answers, bad_lines, turns
from callers.cases.script import Case

ABOUT = {
    "clean booking": "the six answers on a clean line, in recordings and in seven voices",
    "short words": "stop, wait, no, hello over the agent, each under 600 ms",
    "interruptions": "early, late, at the last word, again and again, without a grammar, while it thinks",
    "backchannels": "mhm, uh-huh, okay, right, yeah, I see over the agent: it goes on",
    "coughs": "coughs over the agent, with a grammar and with the general model: it goes on",
    "sounds": "tones, clicks, doors, sneezes, music, babble, office, street over the agent; coughs between",
    "double talk": "both talk at once, and the answer comes over the question",
    "quick answers": "the first words right after the pick-up, and before the question is over",
    "pauses": "mountain | view, two thirty | p m, half | an hour, two | people with 200 to 600 ms",
    "tails": "the same with 500 to 800 ms: taken early, then mended",
    "numbers": "people, times and lengths that sound alike, letters for numbers: none booked unheard",
    "collectors": "a number, a postcode and a count by voice and by keys, read back and put right",
    "slow talkers": "drawn out speech, and um before the answer",
    "no answers": "something else, or a cough, where an answer was wanted",
    "monologues": "20 and 40 s of talk without a pause: nobody cuts in",
    "goodbyes": "the caller speaks before or during the goodbye, or coughs: the last word is always heard",
    "dead air": "an agent that hangs or thinks long, a voice that dies",
    "silence": "a caller who never starts, or never stops",
    "keys": "the booking by keys, over the questions, in turns with words",
    "echo": "the agent's own voice comes back at -6 to -40 dB after 20 to 400 ms, with and without a caller",
    "noise 20 dB": "the six recorded answers over babble, office, street, music; by voice alone",
    "noise 15 dB": "the same",
    "noise 10 dB": "the same",
    "noise 5 dB": "the same",
    "noise, with keys": "a caller who presses keys when they are offered after two tries",
    "loss 5 %": "every twentieth packet of the caller's is lost",
    "bad lines": "clipped, one-way, silent, humming, looped back; fax, modem, music on hold at the other end",
}
"""Family -> what is in it; in the order of the table."""


def all_cases() -> list[Case]:
    """In the order of the families. Raises ValueError when two have one name or a family is unknown."""
    made: list[Case] = [
        *answers.clean(), *turns.interruptions(), *turns.backchannels(), *turns.noises(),
        *turns.double_talk(), *answers.pauses(), *answers.numbers(), *answers.collectors(),
        *answers.slow_talkers(),
        *answers.wandering(), *turns.monologues(), *turns.goodbyes(), *turns.dead_air(),
        *turns.silence(), *turns.keys(), *bad_lines.echo(), *bad_lines.noise(), *bad_lines.loss(),
        *bad_lines.impossible(), *bad_lines.hum(),
    ]  # fmt: skip
    names = [case.name for case in made]
    if len(set(names)) < len(names):
        raise ValueError(f"two cases of one name: {next(n for n in names if names.count(n) > 1)}")
    order = list(ABOUT)
    return sorted(made, key=lambda case: order.index(case.family))


def quick() -> list[Case]:
    """The first case of each family."""
    first: dict[str, Case] = {}
    for case in all_cases():
        first.setdefault(case.family, case)
    return list(first.values())


def chosen(
    families: Iterable[str] = (),
    names: Iterable[str] = (),
    most_seeds: int | None = None,
    of: Iterable[Case] | None = None,
) -> list[Case]:
    """Those of families or names that hold one of these words; at most so many seeds of each. `of`: of these
    instead of all."""
    wanted, called = tuple(families), tuple(names)
    cases = list(all_cases() if of is None else of)
    if wanted:
        cases = [case for case in cases if any(word in case.family for word in wanted)]
    if called:
        cases = [case for case in cases if any(word in case.name for word in called)]
    if most_seeds is not None:
        seen: dict[tuple[str, str], int] = {}
        kept = []
        for case in cases:
            key = (case.family, case.what)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= most_seeds:
                kept.append(case)
        cases = kept
    return cases
