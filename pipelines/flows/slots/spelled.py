"""What comes character by character: digits, codes, names that are spelled, and telephone numbers. All may
come in pieces, are read back, and can be mended in part."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pipelines.flows.characters import mended
from pipelines.flows.collectors import FULL_MS, digits_slot, letters_slot
from pipelines.flows.document.slots import DigitsSlot, NameSlot, PhoneSlot, SpellingSlot
from pipelines.flows.model import Dtmf, Slot, Spelling, Value
from pipelines.flows.slots.asked import AskedSlot
from pipelines.flows.slots.heard import heard_words, without_lead
from pipelines.flows.slots.phrases import SlotError
from pipelines.languages.tags import base_of
from pipelines.spoken.forms import tongue_of
from pipelines.spoken.hearing.written import HeardKind, written
from pipelines.spoken.phones import phone_groups

_FIGURES = re.compile(r"[0-9]")
_CODE = re.compile(r"(?=.*[A-Z])[A-Z0-9]{2,}(?:[ .-][A-Z0-9]+)*")
"""As it is written: "BX7"."""
DIGITS_AT_ONCE, LETTERS_AT_ONCE = 16, 12
"""So many are said in one breath; the grammars have no more, which would but cost time."""
LONGEST_NAME = 40
"""Characters of a name."""
MOST_NAMES = 6
"""Words of one."""
_NAME_LEAD = frozenset(
    "um uh well so it's its it is this my name the i'm i am you can call me "
    "äh ähm also ich heiße heisse mein ist bin der die das "
    "me llamo soy mi nombre es je m'appelle suis mon nom est c'est mi chiamo sono meu nome é".split()
)
"""In the languages that we have words of."""
_NO_NAMES = frozenset(
    "yes no yeah nope okay hello hi hey what who why sorry please help thanks goodbye "
    "ja nein hallo bitte was wer oui non bonjour sí hola sì ciao sim não olá".split()
)


def digits_slot_of(spec: DigitsSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    _bounds(spec.least, spec.most)
    slot = digits_slot(asked.name, spec.least, spec.most, offer=spec.offer, at_once=DIGITS_AT_ONCE)
    return _in_language(slot, asked, "digits", spec.offer, asked.words.digits, _many(spec.least, spec.most))


def spelling_slot(spec: SpellingSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    _bounds(spec.least, spec.most)
    if not spec.letters and not spec.digits:
        raise SlotError("it is neither of letters nor of digits; allow one of them")
    many = _many(spec.least, spec.most)
    if not spec.letters:
        slot = digits_slot(asked.name, spec.least, spec.most, offer=spec.offer, at_once=DIGITS_AT_ONCE)
        return _in_language(slot, asked, "digits", spec.offer, asked.words.digits, many)
    slot = letters_slot(
        asked.name, spec.least, spec.most, offer=spec.offer, digits=spec.digits, at_once=LETTERS_AT_ONCE
    )
    kind: HeardKind = "code" if spec.digits else "letters"
    return _in_language(slot, asked, kind, spec.offer, asked.words.letters, many)


def name_slot(spec: NameSlot, asked: AskedSlot) -> Slot:
    """Of a name that nobody knows beforehand: as it was said, or spelled. Where it is not spelled every name
    is taken that was recognised."""
    letters = letters_slot(
        asked.name,
        2,
        LONGEST_NAME,
        offer=spec.offer,
        pattern=r"[^\W\d_][\w' .-]*",
        at_once=LETTERS_AT_ONCE,
    )
    letters = _in_language(letters, asked, "letters", spec.offer, asked.words.letters, "")
    spelling = letters.spelling
    assert spelling is not None

    def parse(text: str) -> Value | None:
        found = letters.parse(text)
        # "b e r t" is spelled, and so is "bravo echo"; one word is more likely a name.
        if found is not None and (spec.spelled or len(text.split()) > 1 or not text.strip().isalpha()):
            return found
        return found if spec.spelled else said_name(text)

    def mend(value: str, text: str) -> str | None:
        found = spelling.mend(value, text)
        return found if found is not None or spec.spelled else said_name(text)

    def say(value: Value) -> str:
        return str(value).title() if str(value).isupper() else str(value)

    def spell(value: Value) -> str:
        return letters.say(value) if str(value).isupper() else str(value)

    return replace(
        letters,
        parse=parse,
        say=say,
        spell=spell,
        spelling=replace(spelling, mend=mend),
        kept=say,
    )


def said_name(text: str) -> str | None:
    """'my name is anna schmidt' -> 'Anna Schmidt'; None for what is none."""
    words = without_lead(re.findall(r"[^\W\d_](?:[^\W\d_]|['\u2019.-](?=[^\W\d_]))*", text), frozenset())
    low = [word.lower() for word in words]
    at = 0
    while at < len(words) and low[at] in _NAME_LEAD:
        at += 1
    words, low = words[at:], low[at:]
    while low and low[-1] in ("please", "thanks"):
        words, low = words[:-1], low[:-1]
    name = " ".join(word if not word.islower() else word.title() for word in words)
    if not 1 <= len(words) <= MOST_NAMES or len(name) > LONGEST_NAME or _FIGURES.search(text):
        return None
    return None if _NO_NAMES & set(low) or len(name) < 2 else name


def phone_slot(spec: PhoneSlot, asked: AskedSlot) -> Slot:
    """Raises SlotError."""
    import phonenumbers

    if spec.region not in phonenumbers.SUPPORTED_REGIONS:
        raise SlotError(
            f"no telephone numbers are known of '{spec.region}'; give a country's two letters (US)"
        )
    least, most = _lengths(spec.region)

    tongue = tongue_of(asked.language) or tongue_of("en")
    assert tongue is not None
    home = tongue_of(f"{base_of(asked.language)}-{spec.region}") or tongue

    def say(value: Value) -> str:
        text = str(value)
        return tongue.phone(phone_groups(text, home), text.startswith("+"))

    digits = digits_slot(asked.name, least, most, offer=spec.offer or asked.words.phone)
    read = _reader(digits, asked, "phone", plus=True)
    spelling = digits.spelling
    assert spelling is not None

    def mend(value: str, text: str) -> str | None:
        return mended(value, text, lambda words: read(" ".join(words)))

    grammar = digits.grammar
    if asked.english and grammar is not None:
        first = grammar.jsgf.index("<one_or_more>")
        grammar = replace(grammar, jsgf=grammar.jsgf[:first] + "[plus] " + grammar.jsgf[first:])
    return replace(
        digits,
        grammar=grammar if asked.english else None,
        parse=read,
        dtmf=Dtmf(most, lambda keys: keys if keys.isdecimal() else None, digits.dtmf.offer, 3, FULL_MS),
        say=say,
        spelling=Spelling(
            least, most + 1, lambda text: phone_of(text, spec.region) is not None, mend,
            spelling.corrections if asked.english else "",
        ),
        kept=lambda value: phone_of(str(value), spec.region) or value,
        language=asked.language,
    )  # fmt: skip


def phone_of(value: str, region: str) -> str | None:
    """A telephone number as it was written, in E.164."""
    import phonenumbers

    try:
        found = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(found):
        return None
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def _lengths(region: str) -> tuple[int, int]:
    """Digits of a number there, from that within its country to that from abroad."""
    from phonenumbers import PhoneMetadata

    known = PhoneMetadata.metadata_for_region(region)
    general = known.general_desc if known is not None else None
    lengths = [n for n in (general.possible_length if general is not None else ()) if n > 0]
    return min(lengths, default=5), 15


def _in_language(slot: Slot, asked: AskedSlot, kind: HeardKind, own: str, offer: str, many: str) -> Slot:
    """English as it is; other languages by what was recognised."""
    if asked.english:
        return replace(slot, parse=_reader(slot, asked, kind))
    spelling = slot.spelling
    assert spelling is not None
    read = _reader(slot, asked, kind)
    tongue = tongue_of(asked.language)

    def say(value: Value) -> str:
        text = str(value)
        if tongue is None:
            return " ".join(text)
        parts = [tongue.digits(c) if c.isdecimal() and c.isascii() else tongue.letter(c) for c in text]
        return ", ".join(parts) if not text.isdecimal() else _threes(parts)

    return replace(
        slot,
        grammar=None,
        parse=read,
        dtmf=replace(slot.dtmf, offer=own or offer.format(many=many)),
        say=say,
        spelling=replace(
            spelling,
            mend=lambda value, text: mended(value, text, lambda words: read(" ".join(words))),
            corrections="",
        ),
        language=asked.language,
    )


def _threes(parts: list[str]) -> str:
    """Digits in threes, and none alone."""
    groups = [parts[at : at + 3] for at in range(0, len(parts), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(map(" ".join, groups))


def _reader(
    slot: Slot, asked: AskedSlot, kind: HeardKind, *, plus: bool = False
) -> Callable[[str], str | None]:
    """Words as characters. Of English what the grammar allows, and figures where a recogniser writes them."""

    def read(text: str) -> str | None:
        if asked.english and not _FIGURES.search(text) and not _CODE.fullmatch(_without_lead(text, asked)):
            words = _joined(heard_words(text))
            first, *rest = words or [""]
            sign = "+" if plus and first == "plus" else ""
            found = slot.parse(" ".join(rest if sign else words))
            return None if found is None else sign + str(found)
        body = _without_lead(text, asked)
        if kind in ("letters", "code") and _CODE.fullmatch(body):
            return re.sub(r"[^A-Z0-9]", "", body) if kind == "code" or not _FIGURES.search(body) else None
        # A part of a telephone number may be shorter than any of them.
        return written(body, asked.language, kind) or (
            written(body, asked.language, "digits") if plus else None
        )

    return read


def _joined(words: list[str]) -> list[str]:
    """'x ray' is one word of the spelling alphabet."""
    joined = " ".join(words)
    return joined.replace("x ray", "x-ray").split() if "x ray" in joined else words


def _without_lead(text: str, asked: AskedSlot) -> str:
    """Without the words before the first character, as 'It's 0175'."""
    lead = {"it", "is", "it's", "that's", "my", "number", "the", "um", "uh", *asked.words.lead}
    words = text.split()
    while len(words) > 1 and words[0].strip(".,:;!?").lower() in lead:
        words = words[1:]
    return " ".join(words).strip(" .!?")


def _bounds(least: int, most: int) -> None:
    if least > most:
        raise SlotError(f"nothing has from {least} to {most} characters; put the smaller one into `least`")


def _many(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}–{most}"
