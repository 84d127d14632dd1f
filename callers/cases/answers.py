"""Cases about what is said: pauses within answers, tails, numbers, slow talkers, the clean booking."""

from __future__ import annotations

from collections.abc import Iterator

from callers.cases.script import Book, Case, Expect, Noise, Over, Press, Reply, Saying, Stay, Wait
from callers.cases.turns import RESUMED, VOICES

PAUSED = {
    "place": "mountain | view", "time": "two thirty | p m", "length": "half | an hour",
    "people": "two | people",
}  # fmt: skip
UNDERSTOOD = ("slt", "rms", "ked")
"""Voices whose clean booking every version understood: what fails in them is not the voice's fault."""


def paused(pause_ms: int) -> Book:
    return Book({slot: Saying(words, pause_ms=pause_ms) for slot, words in PAUSED.items()})


def clean() -> Iterator[Case]:
    for seed, voice in enumerate(("recorded", "recorded", "recorded", *VOICES), 1):
        yield Case("clean booking", voice, (Book(),), Expect("right"), voice=voice, seed=seed)


def pauses() -> Iterator[Case]:
    for pause_ms in (200, 300, 400, 600):
        for seed, voice in enumerate(UNDERSTOOD, 1):
            yield Case(
                "pauses", f"{pause_ms} ms", (paused(pause_ms),), Expect("right"), voice=voice, seed=seed
            )
    for pause_ms in (500, 650, 800):
        for seed, voice in enumerate(UNDERSTOOD, 1):
            yield Case(
                "tails", f"{pause_ms} ms", (paused(pause_ms),), Expect("right", amends=True), voice=voice,
                seed=seed,
            )  # fmt: skip


def numbers() -> Iterator[Case]:
    said: tuple[tuple[str, dict[str, str], dict[str, object]], ...] = (
        ("six people at ten", {"people": "six people", "time": "ten o'clock"},
         {"people": 6, "time": "10:00"}),
        ("eight people", {"people": "eight people", "length": "ninety minutes"},
         {"people": 8, "minutes": 90}),
        ("a bare number", {"people": "four", "time": "half past nine"}, {"people": 4, "time": "09:30"}),
        ("fifteen or fifty", {"length": "fifteen minutes", "people": "fifteen people"},
         {"minutes": 15, "people": 15}),
    )  # fmt: skip
    for what, words, goal in said:
        for seed, voice in enumerate(UNDERSTOOD, 1):
            answers = {slot: Saying(text) for slot, text in words.items()}
            yield Case(
                "numbers", what, (Book(answers, objects=True),), Expect("not wrong", goal=goal),
                voice=voice, seed=seed,
            )  # fmt: skip
    for seed, letter in enumerate(("b", "e", "c"), 1):
        asked = (Reply(Saying("book a room")), Reply(Saying("mountain view")), Reply(Saying("today")),
                 Reply(Saying("two thirty p m")), Reply(Saying("half an hour")))  # fmt: skip
        yield Case(
            "numbers", f"the letter {letter} for a number",
            (*asked, Reply(Saying(letter, "rms")), Stay(14)), Expect("none"),
            voice=UNDERSTOOD[seed - 1], seed=seed,
        )  # fmt: skip


def slow_talkers() -> Iterator[Case]:
    for seed, voice in enumerate(UNDERSTOOD, 1):
        slow = {
            slot: Saying(words, stretch=1.5)
            for slot, words in (("wish", "book a room"), ("place", "mountain view"), ("day", "today"),
                                ("time", "two thirty p m"), ("length", "half an hour"),
                                ("people", "two people"))
        }  # fmt: skip
        yield Case("slow talkers", "drawn out", (Book(slow),), Expect("right"), voice=voice, seed=seed)
        thinking = {
            "time": Saying("um | two thirty p m", pause_ms=500),
            "people": Saying("uh | two people", pause_ms=500),
        }
        yield Case(
            "slow talkers", "um", (Book(thinking),), Expect("right", amends=True), voice=voice, seed=seed
        )


def collectors() -> Iterator[Case]:
    """What must not be misheard: a number, a postcode and a count, read back each."""
    for seed, voice in enumerate(UNDERSTOOD, 1):
        yield Case(
            "collectors", "by voice", (Book(desk="parcels"),), Expect("not wrong"), agent="parcels",
            voice=voice, seed=seed, limit_s=150,
        )  # fmt: skip
        yield Case(
            "collectors", "keys in the middle",
            (Reply(Saying("four two seven")), Press("106"), Book(desk="parcels", keys=True)),
            Expect("right"), agent="parcels", voice=voice, seed=seed, limit_s=150,
        )  # fmt: skip
        yield Case(
            "collectors", "keys before the question is over",
            (Press("427106", over=True), Book(desk="parcels", keys=True)),
            Expect("right"), agent="parcels", voice=voice, seed=seed, limit_s=150,
        )  # fmt: skip


def wandering() -> Iterator[Case]:
    """What is said is no answer to the question."""
    for seed, voice in enumerate(UNDERSTOOD, 1):
        yield Case(
            "no answers", "something else", (Reply(Saying("the weather is lovely over here")), Book()),
            Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "no answers", "a cough for an answer",
            (Reply(Noise("cough", seed)), Wait(1_500), Over(Noise("cough", seed + 3), 900, RESUMED), Book()),
            Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip
