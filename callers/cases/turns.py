"""Cases about the floor: interruptions, backchannels, noises over the agent, goodbyes, dead air, silence."""

from __future__ import annotations

from collections.abc import Iterator

from callers.cases.script import (
    After,
    Book,
    Case,
    Expect,
    Fate,
    Noise,
    Over,
    Pickup,
    Press,
    Reply,
    Saying,
    Stay,
    Wait,
)

TAKEN, RESUMED, ANY = Fate.TAKEN, Fate.RESUMED, Fate.ANY
VOICES = ("slt", "rms", "awb", "ked", "kal16", "slt_hts", "kal")
SHORT = ("stop", "wait", "no", "hello")
BACKCHANNELS = ("uh huh", "okay", "right", "yeah", "i see")
MONOLOGUE = (
    "i have been trying to reach you since this morning because the room that i booked last week was taken "
    "when we came and then somebody told us that there was a mistake in the calendar so we went to the other "
    "building and waited for half an hour until a man with a key opened the small office in the basement "
    "which was far too cold and had no chairs and in the end we did the meeting in the coffee shop"
)
"""Some 20 s, without an answer in it."""


def interruptions() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES, 1):
        for word in SHORT if seed <= 3 else SHORT[:2]:
            yield Case(
                "short words", word, (Over(Saying(word), 1_500 + 200 * seed, TAKEN), Wait(3_500)),
                agent="reader", voice=voice, seed=seed,
            )  # fmt: skip
    for seed, voice in enumerate(("recorded", *VOICES[:5]), 1):
        room = Saying("book a room")
        yield Case("interruptions", "early", (Over(room, 400, TAKEN), Wait(3_500)), voice=voice, seed=seed)
        yield Case("interruptions", "late", (Over(room, 2_400, TAKEN), Wait(3_500)), voice=voice, seed=seed)
        yield Case(
            "interruptions", "last word", (Over(room, -350, TAKEN), Wait(3_500)),
            Expect(says="office"), voice=voice, seed=seed,
        )  # fmt: skip
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "interruptions", "again and again",
            tuple(s for _ in range(3) for s in (Over(Saying("hello"), 1_800, TAKEN), Wait(1_500))),
            agent="reader", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "interruptions", "without a grammar",
            (Over(Saying("please stop reading i have a question"), 2_000, TAKEN), Wait(4_000)),
            agent="open-reader", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "interruptions", "while it thinks",
            (Reply(Saying("help")), After(Saying("hello"), 1_200), Stay(12)),
            Expect(says="you said"), agent="slow", voice=voice, seed=seed, limit_s=40,
        )  # fmt: skip


def backchannels() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES[:3], 1):
        for agent in ("reader", "open-reader"):
            yield Case(
                "backchannels", f"mhm {agent}",
                tuple(Over(Noise("mhm", 10 * seed + n), 1_900, RESUMED) for n in range(3)),
                agent=agent, seed=seed,
            )  # fmt: skip
        yield Case(
            "backchannels", "words",
            tuple(Over(Saying(word), 1_600, RESUMED) for word in BACKCHANNELS),
            agent="reader", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "backchannels", "words without a grammar",
            tuple(Over(Saying(word), 1_600, RESUMED) for word in BACKCHANNELS),
            agent="open-reader", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "backchannels", "in a booking",
            (Over(Noise("mhm", seed), 1_200, RESUMED), Book()), Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip


def noises() -> Iterator[Case]:
    for seed in range(1, 5):
        for agent in ("reader", "open-reader"):
            yield Case(
                "coughs", agent,
                tuple(Over(Noise("cough", 10 * seed + n), 1_900, RESUMED) for n in range(4)),
                agent=agent, seed=seed,
            )  # fmt: skip
    for seed in range(1, 4):
        kinds = ("tone", "click", "door", "sneeze", "throat")
        yield Case(
            "sounds", "tones clicks doors",
            tuple(Over(Noise(kind, 10 * seed + n), 1_700, RESUMED) for n, kind in enumerate(kinds)),
            agent="reader", seed=seed,
        )  # fmt: skip
        for kind in ("music", "babble", "office", "street"):
            yield Case(
                "sounds", kind,
                tuple(Over(Noise(kind, seed, 1.0 + n), 1_900, RESUMED) for n in range(2)),
                agent="reader", seed=seed,
            )  # fmt: skip
        yield Case(
            "sounds", "coughs between the answers",
            (
                Reply(Noise("cough", seed), 900), Wait(400), Reply(Noise("cough", seed + 5), 100),
                Over(Noise("cough", seed + 9), 900, RESUMED), Book(),
            ),
            Expect("right"), voice=VOICES[seed], seed=seed,
        )  # fmt: skip


def double_talk() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "double talk", "the answer over the question",
            (Over(Saying("book a room"), 1_000, TAKEN), Book()), Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "double talk", "both begin at once",
            (Pickup(Saying("hello hello"), 900), Book()), Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "quick answers", "right after the pick-up",
            (Pickup(Saying("book a room"), 60), Book()), Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "quick answers", "before the question is over",
            (Over(Saying("book a room"), -600, ANY), Book()), Expect("right"), voice=voice, seed=seed,
        )  # fmt: skip


def monologues() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "monologues", "20 s", (Reply(Saying(MONOLOGUE, stretch=0.95)), Wait(4_000)), Expect(cut_ins=0),
            agent="listener", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "monologues", "40 s", (Reply(Saying(f"{MONOLOGUE} and {MONOLOGUE}")), Wait(4_000)),
            Expect(cut_ins=0), agent="listener", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "monologues", "at a question", (Reply(Saying(MONOLOGUE)), Book()), Expect("right", cut_ins=0),
            voice=voice, seed=seed, limit_s=110,
        )  # fmt: skip


def goodbyes() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "goodbyes", "undisturbed", (Stay(20),), Expect(ends=True, says="goodbye"), agent="messenger",
            voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "goodbyes", "the caller speaks before it",
            (Pickup(Saying("hello"), 150), Stay(20)), Expect(ends=True, says="goodbye"),
            agent="messenger", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "goodbyes", "interrupted",
            (Over(Saying("wait"), 2_500, TAKEN), Stay(20)), Expect(ends=True, says="goodbye now"),
            agent="messenger", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "goodbyes", "a cough",
            (Over(Noise("cough", seed), 2_500, RESUMED), Stay(20)), Expect(ends=True), agent="messenger",
            seed=seed,
        )  # fmt: skip


def dead_air() -> Iterator[Case]:
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "dead air", "an agent that hangs", (Reply(Saying("help")), Stay(22)), agent="hanging",
            voice=voice, seed=seed, limit_s=60,
        )  # fmt: skip
        yield Case(
            "dead air", "an agent that thinks for 5 s", (Reply(Saying("help")), Wait(9_000)),
            Expect(says="you said help"), agent="slow", voice=voice, seed=seed,
        )  # fmt: skip
        yield Case(
            "dead air", "a voice that dies in mid-sentence", (Stay(18),),
            Expect(audible_s=10.0), agent="reader", seed=seed, alone=True,
            kills_voice_after_ms=2_000 + 700 * seed,
        )  # fmt: skip
        yield Case(
            "dead air", "a voice that dies in the goodbye", (Stay(18),), Expect(ends=True),
            agent="messenger", seed=seed, alone=True, kills_voice_after_ms=2_000 + 500 * seed,
        )  # fmt: skip


def silence() -> Iterator[Case]:
    for seed in range(1, 4):
        yield Case(
            "silence", "a caller who never starts", (Stay(75),), Expect("none", ends=True), seed=seed,
            limit_s=90,
        )  # fmt: skip
    for seed, voice in enumerate(VOICES[:3], 1):
        yield Case(
            "silence", "a caller who never stops", (Reply(Saying(" ".join([MONOLOGUE] * 3))), Stay(20)),
            # Whoever never stops has to be spoken into.
            Expect("none", audible_s=4.0, amends=True), voice=voice, seed=seed, limit_s=130,
        )  # fmt: skip


def keys() -> Iterator[Case]:
    pressed = ("1", "1", "1", "1430", "30#", "2#", "1")
    for seed in range(1, 4):
        yield Case("keys", "the whole booking", (*map(Press, pressed), Stay(25)), Expect("right"), seed=seed)
        yield Case(
            "keys", "over the questions",
            (*(Press(digits, over=True) for digits in pressed), Stay(25)), Expect("right"), seed=seed,
        )  # fmt: skip
        yield Case(
            "keys", "and words in turns",
            (Press("1"), Press("1"), Book()), Expect("right"), voice=VOICES[seed], seed=seed,
        )  # fmt: skip
