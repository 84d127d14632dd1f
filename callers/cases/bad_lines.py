"""Cases about the line: echo, noise behind the caller, loss, and lines on which nobody can be understood."""

from __future__ import annotations

from collections.abc import Iterator

from callers.cases.answers import UNDERSTOOD
from callers.cases.script import Behind, Book, CallerLine, Case, Expect, Fate, Over, Reply, Saying, Stay, Wait

ECHOES = (-6.0, -10.0, -15.0, -20.0, -25.0, -30.0, -40.0)
DELAYS = (20, 60, 120, 200, 300, 400)
BEHIND = ("babble", "office", "street", "music")


def echo() -> Iterator[Case]:
    for index, level in enumerate(ECHOES):
        for seed in range(1, 4):
            delay = DELAYS[(index + 2 * seed) % len(DELAYS)]
            yield Case(
                "echo", f"{level:g} dB {delay} ms", (Wait(14_000),),
                line=CallerLine(echo_db=level, echo_ms=delay), seed=seed,
            )  # fmt: skip
    for level, delay in ((-10.0, 20), (-10.0, 120), (-10.0, 400), (-20.0, 60), (-20.0, 300), (-30.0, 200)):
        seed = 1 + delay % 3
        yield Case(
            "echo", f"booking {level:g} dB {delay} ms", (Book(),), Expect("right"), voice="recorded",
            line=CallerLine(echo_db=level, echo_ms=delay), seed=seed,
        )  # fmt: skip
        yield Case(
            "echo", f"interrupted {level:g} dB {delay} ms",
            (Over(Saying("book a room"), 2_200, Fate.TAKEN), Wait(3_500)),
            Expect(says="office"), voice="rms", line=CallerLine(echo_db=level, echo_ms=delay), seed=seed,
        )  # fmt: skip


def noise() -> Iterator[Case]:
    for snr in (20, 15, 10, 5):
        for kind in BEHIND:
            for seed in range(1, 4 if snr in (15, 10) else 2):
                yield Case(
                    f"noise {snr} dB", kind, (Book(),), Expect("right"), voice="recorded",
                    line=CallerLine(Behind(kind, snr)), seed=seed, limit_s=120,
                )  # fmt: skip
    for kind in BEHIND:
        yield Case(
            "noise, with keys", f"{kind} 5 dB", (Book(keys=True),), Expect("right"), voice="recorded",
            line=CallerLine(Behind(kind, 5)), limit_s=150,
        )  # fmt: skip


def loss() -> Iterator[Case]:
    for seed in range(1, 5):
        yield Case(
            "loss 5 %", "booking", (Book(),), Expect("right"), voice="recorded",
            line=CallerLine(loss=0.05), seed=seed,
        )  # fmt: skip
    for seed, voice in enumerate(UNDERSTOOD, 1):
        yield Case(
            "loss 5 %", "interruption", (Over(Saying("book a room"), 1_500, Fate.TAKEN), Wait(3_500)),
            Expect(says="office"), voice=voice, line=CallerLine(loss=0.05), seed=seed,
        )  # fmt: skip


UNHEARD = r"(can ?not|can't|can hardly|do not|don't) hear you|microphone|wrong with the line"
"""What an agent may say of a line on which it hears nobody. Which words are its own business; that they name
the trouble is asked, line by line."""


def impossible() -> Iterator[Case]:
    """Nobody can be understood here: the agent says what is wrong, offers something else, ends politely."""
    speaks = tuple(Reply(Saying("book a room"), 900) for _ in range(5))
    mute: tuple[tuple[str, CallerLine], ...] = (
        ("one-way", CallerLine(muted=True)),
        ("no packets", CallerLine(dead=True)),
    )
    for what, line in mute:
        for seed, voice in enumerate(UNDERSTOOD, 1):
            yield Case(
                "bad lines", what, (*speaks, Stay(60)),
                Expect("none", says=UNHEARD, ends=True, dead_air_s=15.0), voice=voice, line=line, seed=seed,
                limit_s=150,
            )  # fmt: skip
    for seed, voice in enumerate(UNDERSTOOD, 1):
        yield Case(
            "bad lines", "clipped", (*speaks, Stay(60)),
            Expect("not wrong", says=rf"loud|clip|distort|{UNHEARD}", dead_air_s=15.0), voice=voice,
            line=CallerLine(gain_db=40.0, behind=Behind("hiss", 15)), seed=seed, limit_s=150,
        )  # fmt: skip
    alone: tuple[tuple[str, CallerLine, str], ...] = (
        ("hum", CallerLine(Behind("hum", 0)), rf"hum|buzz|noise|{UNHEARD}"),
        ("looped back", CallerLine(looped=True), r"own voice|echo|myself|loop"),
        ("fax calling", CallerLine(Behind("fax_calling", 0)), r"fax|machine"),
        ("fax answering", CallerLine(Behind("fax_answering", 0)), r"fax|machine"),
        ("modem", CallerLine(Behind("modem", 0)), r"fax|modem|machine"),
    )
    for what, line, says in alone:
        for seed in range(1, 4):
            yield Case(
                "bad lines", what, (Stay(85),), Expect("none", says=says, ends=True), line=line, seed=seed,
                limit_s=100,
            )  # fmt: skip
    for seed in range(1, 4):
        to_the_end = seed == 1  # an agent waits for two minutes, and offers a call back then
        yield Case(
            "bad lines", "music on hold", (Stay(175 if to_the_end else 45),),
            Expect("none", says="hear music", ends=to_the_end), line=CallerLine(Behind("music", 0)),
            seed=seed, limit_s=185 if to_the_end else 60,
        )  # fmt: skip


def hum() -> Iterator[Case]:
    """A hum that one can talk over is no reason to give up; nor is a caller who nearly whispers."""
    for seed, voice in enumerate(UNDERSTOOD, 1):
        yield Case(
            "bad lines", "a booking over some hum", (Book(),), Expect("right"), voice=voice,
            line=CallerLine(Behind("hum", 15)), seed=seed,
        )  # fmt: skip
    for seed, gain_db in enumerate((-12.0, -20.0), 1):
        yield Case(
            "bad lines", f"a quiet caller {gain_db:g} dB", (Book(),), Expect("right"), voice="recorded",
            line=CallerLine(gain_db=gain_db), seed=seed,
        )  # fmt: skip
