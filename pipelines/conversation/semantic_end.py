"""Whether a text that no grammar knows is at its end: what a listener would guess from the words alone.

Pure. A wrong guess costs little: one that the caller goes on after is mended (`endpointing`), one that waits
costs half a second. It must never judge what the words mean for the agent.
"""

from __future__ import annotations

import re

from pipelines.conversation.agent import Finality
from pipelines.conversation.end_words import EndWords, end_words
from pipelines.conversation.own_words import own_words, words_of

CODE_DIGITS = 4
"""The shortest code that people have: a PIN."""
_BROKEN_OFF = ("...", "\u2026", ",", ":", "-", "\u2013", "\u2014")
"""How recognisers with punctuation write that more was to come."""
_CLOCK_OR_PRICE = re.compile(r"\d[:.,]\d|[$€£%]")
_UNSPACED = "\u3041"
"""From here on each character is a word."""
_HALVES_OF_DAY = (["a", "m"], ["p", "m"])
_COMPOUND_TENS = re.compile(r"^(ein|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun)und\w+(zig|ßig|ssig)$")
_JOINED_TENS = re.compile(
    r"^(vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[aio]?"
    r"(uno|un|due|tre|tré|quattro|cinque|sei|sette|otto|nove)$"
)


def finality_of_text(text: str, language: str, *, sure: bool = True) -> Finality:
    """`sure`: the recogniser is. In a language that has no words here only punctuation and digits tell."""
    end, own = end_words(language), own_words(language)
    words, written = words_of(text), text.strip()
    if not words:
        return Finality.NOTHING
    if written.endswith(_BROKEN_OFF) or _half_told(words, written, end):
        return Finality.HANGING
    asks = written.endswith("?") or (len(words) > 1 and words[0] in end.questions)
    answers = _is_answer(words, end)
    if answers and not _trails_off(words, end, own.hesitations):
        # "it is" is an answer, and how many a sentence begins.
        return Finality.WHOLE if sure and " ".join(words) not in end.openings else Finality.OPEN
    if words[-1] in end.dangling or _stops_after(words, end, own.hesitations, asks):
        return Finality.HANGING
    if asks or _told_digits(words, written, end) or (written.endswith((".", "!")) and len(words) > 2):
        return Finality.OPEN
    return Finality.NOTHING


def _is_answer(words: list[str], end: EndWords) -> bool:
    """A short answer with nothing but courtesies around it ("no thanks"), or two ("no, not really")."""
    if " ".join(words) in end.answers:
        return True
    kept = [word for word in words if word not in end.courtesies]
    return bool(kept) and any(
        all(part in end.answers for part in (" ".join(kept[:at]), " ".join(kept[at:])) if part)
        for at in range(len(kept))
    )


def _trails_off(words: list[str], end: EndWords, hesitations: frozenset[str]) -> bool:
    """What the answer ends in belongs no more to it: "yes um"."""
    last = words[-1]
    return last in end.courtesies and (last in end.dangling or last in hesitations)


def _stops_after(words: list[str], end: EndWords, hesitations: frozenset[str], asks: bool) -> bool:
    """The text breaks off after words that open something."""
    said = " ".join(words)
    if any(said == opening or said.endswith(f" {opening}") for opening in end.openings):
        # "what do you need" is whole, "i need" is not.
        return not asks or said in end.openings
    return not asks and (words[-1] in end.prepositions or words[-1] in hesitations)


# ---- numbers, addresses, spelling


def _half_told(words: list[str], written: str, end: EndWords) -> bool:
    """A number, an address, a date or a spelt word of which only a part was said."""
    begin = _figures_from(words, end)
    if begin < len(words):
        before = words[:begin]
        if end.house_number_first and _announced(before, end.addresses):
            return True
        if words[-1] in end.tens and before[-1:] == ["the"]:
            return True  # "on the twenty" + "first"
    elif any(words[-1].endswith(street) for street in end.streets) and _announced(words, end.addresses):
        return True
    digits = _told_digits(words, written, end)
    return bool(digits) and digits < _wanted(words[:begin], end) or _is_spelling(words)


def _told_digits(words: list[str], written: str, end: EndWords) -> int:
    """The digits of a number that is told digit by digit and reaches the end of the text; 0 for none."""
    if _CLOCK_OR_PRICE.search(written):
        return 0
    begin = _figures_from(words, end)
    run, before = words[begin:], words[:begin]
    digits = _count(run, end)
    if not digits:
        return 0
    if (end.numbers | end.codes) & set(before):
        return digits
    if " ".join(before) not in end.openings and set(before) - end.courtesies - end.dangling:
        return 0
    # Nothing but figures: one or two of them are a quantity, more are a number that is dictated.
    alone = [word for word in run if word.isdecimal() or end.figures.get(word) == 1]
    long = run[0].isdecimal() and (len(run[0]) >= 5 or run[0].startswith("0"))
    dictated = len(alone) >= 2 or long or run[0] in end.repeats
    return digits if dictated and digits >= 2 else 0


def _wanted(before: list[str], end: EndWords) -> int:
    return CODE_DIGITS if end.codes & set(before) and not _later(before, end) else end.number_digits


def _later(before: list[str], end: EndWords) -> bool:
    """A telephone number was announced after the code: "my code is 1234 and my number is"."""
    last = [word for word in before if word in end.numbers or word in end.codes][-1]
    return last in end.numbers and last not in end.codes


def _figures_from(words: list[str], end: EndWords) -> int:
    """Where the figures begin with which the words end."""
    begin = len(words)
    while begin and _is_figure(words[begin - 1], end):
        begin -= 1
    return begin


def _is_figure(word: str, end: EndWords) -> bool:
    return word.isdecimal() or word in end.figures or word in end.repeats or _is_compound(word)


def _is_compound(word: str) -> bool:
    """Two digits in one word: "einundzwanzig", "ventuno"."""
    return bool(_COMPOUND_TENS.match(word) or _JOINED_TENS.match(word))


def _count(run: list[str], end: EndWords) -> int:
    digits, times, after_tens = 0, 1, False
    for word in run:
        if word in end.repeats:
            times = end.repeats[word]
            continue
        count = len(word) if word.isdecimal() else end.figures.get(word, 2)
        digits += 0 if after_tens and count == 1 else count * times
        after_tens, times = word in end.tens, 1
    return digits


def _announced(before: list[str], phrases: tuple[str, ...]) -> bool:
    said = f" {' '.join(before)} "
    return any(f" {phrase} " in said for phrase in phrases)


def _is_spelling(words: list[str]) -> bool:
    """Letter after letter: nobody knows how long the word is."""
    tail = words[-2:]
    letters = all(len(w) == 1 and w.isalpha() and w < _UNSPACED for w in tail)
    return len(tail) == 2 and letters and tail not in _HALVES_OF_DAY
