"""Reads a subset of SSML (W3C, Speech Synthesis Markup Language 1.1) into segments that any voice can say.

Pure; takes time in proportion to the text, of which it takes at most MOST_CHARS. It knows no entities but the
five of XML and characters by number, fetches nothing, and knows no document types. Only for what somebody
wrote as SSML: words of a caller or of a model must never come here as they are (`escaped`).

    break time, strength       a pause               prosody rate, volume     faster, louder
    say-as interpret-as        read as what it is    sub alias                said in its place
    lang xml:lang              another language      p, s                     a pause behind it
    phoneme ph (IPA)           what it sounds like   prosody pitch            higher, lower
    Not every voice can the last two: others say the words, as all do of any other element (voice, emphasis).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.languages.tags import is_tag
from pipelines.spoken.say_as import said_as

MOST_CHARS = 20_000
MOST_TAGS = 2_000
DEEPEST = 24
LONGEST_BREAK_MS = 10_000
STRENGTHS_MS = {"none": 0, "x-weak": 80, "weak": 160, "medium": 300, "strong": 600, "x-strong": 1_000}
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.3, "x-fast": 1.7}
VOLUMES_DB = {
    **{"silent": -60.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 4.0},
    "x-loud": 6.0,
}
SLOWEST, FASTEST = 0.25, 4.0
PITCHES = {"x-low": 0.7, "low": 0.85, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.45}
LOWEST, HIGHEST = 0.5, 2.0
MOST_DB = 10.0
MOST_PHONEMES = 100
"""Characters of one <phoneme>'s IPA: a long name has some thirty."""
PARAGRAPH_MS, SENTENCE_MS = 500, 250

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]{0,40})"
    r"(?P<more>(?:\s{1,100}[\w:.-]{1,40}\s{0,20}=\s{0,20}(?:\"[^\"<]{0,500}\"|'[^'<]{0,500}'))*)"
    r"\s{0,100}(?P<empty>/?)>"
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_TIME = re.compile(r"\+?(\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})(ms|s)")
_PERCENT = re.compile(r"([+-]?)(\d{1,4}(?:\.\d{1,3})?)%")
_FACTOR = re.compile(r"\d{1,2}(?:\.\d{1,3})?")
_SEMITONES = re.compile(r"([+-]?\d{1,2}(?:\.\d{1,3})?)st")
_HERTZ = re.compile(r"[+-]?\d{1,4}(?:\.\d{1,3})?Hz")
_DECIBELS = re.compile(r"([+-]?\d{1,2}(?:\.\d{1,3})?)dB")
_SPACE = re.compile(r"\s+")
_PAUSES = {"p": PARAGRAPH_MS, "s": SENTENCE_MS}


@dataclass(frozen=True, slots=True)
class SsmlSegment:
    """Words that are said in one way."""

    text: str
    """As they are written: for transcripts, and for the voice where `said` is empty."""
    said: str = ""
    """What the voice says in their place."""
    pause_ms: int = 0
    """Of silence before them."""
    language: str = ""
    """BCP 47; empty: as what is around it."""
    rate: float = 1.0
    """A factor."""
    gain_db: float = 0.0
    pitch: float = 1.0
    """A factor."""
    phonemes: str = ""
    """What all of it sounds like, in the IPA; empty: as the voice reads it."""


@dataclass(frozen=True, slots=True)
class _Manner:
    element: str
    language: str = ""
    rate: float = 1.0
    gain_db: float = 0.0
    pitch: float = 1.0
    alias: str | None = None
    """Of <sub>."""
    kind: str = ""
    """Of <say-as>."""
    phonemes: str = ""

    @property
    def undivided(self) -> bool:
        """What is told of its words is told of all of them at once, whatever elements stand among them."""
        return self.alias is not None or bool(self.phonemes)


def escaped(text: str) -> str:
    """Words as they stand in SSML, between elements and in attributes."""
    for sign, entity in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "apos")):
        text = text.replace(sign, f"&{entity};")
    return text


def written(segments: tuple[SsmlSegment, ...]) -> str:
    """The words alone."""
    return " ".join(each.text for each in segments if each.text)


def parse_ssml(text: str, language: str = "en") -> tuple[SsmlSegment, ...]:
    """The segments of one <speak> element. A pause at the end comes as a segment without words. Raises
    ValueError, which says in one line what is wrong and where."""
    if len(text) > MOST_CHARS:
        raise ValueError(f"SSML of {len(text)} characters is too long: at most {MOST_CHARS}")
    return _Reader(text, language).read()


class _Reader:
    def __init__(self, text: str, language: str) -> None:
        self._text = text
        self._language = language
        self._open: list[_Manner] = []
        self._made: list[SsmlSegment] = []
        self._words: list[str] = []
        """Of the segment that is being read."""
        self._pause_ms = 0
        self._over = False

    def read(self) -> tuple[SsmlSegment, ...]:
        at, tags = 0, 0
        text = self._text
        while at < len(text):
            start = text.find("<", at)
            self._take(text[at : start if start >= 0 else len(text)], at)
            if start < 0:
                break
            if text.startswith("<!--", start):
                end = text.find("-->", start + 4)
                if end < 0:
                    raise self._wrong("a comment that does not end", start)
                at = end + 3
                continue
            if text.startswith("<?xml", start) and not self._open and not self._over:
                end = text.find("?>", start)
                if end < 0:
                    raise self._wrong("a declaration that does not end", start)
                at = end + 2
                continue
            found = _TAG.match(text, start)
            if found is None:
                raise self._wrong(f"{text[start : start + 20]!r} is no element (write &lt; for '<')", start)
            tags += 1
            if tags > MOST_TAGS:
                raise self._wrong(f"more than {MOST_TAGS} elements", start)
            self._tag(found)
            at = found.end()
        if self._open:
            raise self._wrong(f"<{self._open[-1].element}> is not closed", len(text))
        if not self._over:
            raise self._wrong("there is no <speak> element", 0)
        if self._pause_ms:
            self._made.append(SsmlSegment("", pause_ms=self._pause_ms))
        return tuple(self._made)

    def _take(self, piece: str, at: int) -> None:
        """Words between two elements."""
        if not self._open:
            if piece.strip("\ufeff \t\r\n"):
                raise self._wrong("words outside of <speak>", at)
            return
        if piece:
            self._words.append(self._characters(piece, at))

    def _tag(self, found: re.Match[str]) -> None:
        name = found["name"].lower().rpartition(":")[2]
        if found["close"]:
            if not self._open or self._open[-1].element != name or found["more"] or found["empty"]:
                raise self._wrong(f"</{name}> closes nothing", found.start())
            self._close(name)
            return
        if self._over or (not self._open and name != "speak"):
            raise self._wrong(f"<{name}> stands outside of <speak>", found.start())
        told = {
            each[1].lower(): self._characters(each[2] if each[2] is not None else each[3], found.start())
            for each in _ATTRIBUTE.finditer(found["more"])
        }
        if not (self._open and self._open[-1].undivided):
            self._flush()
        if name == "break":
            self._pause_ms = min(self._pause_ms + self._break(told, found.start()), LONGEST_BREAK_MS)
        if len(self._open) >= DEEPEST:
            raise self._wrong(f"elements are nested more than {DEEPEST} deep", found.start())
        self._open.append(self._manner(name, told, found.start()))
        if found["empty"]:
            self._close(name)

    def _close(self, name: str) -> None:
        """The innermost element ends."""
        if not (len(self._open) > 1 and self._open[-2].undivided):
            self._flush()
        self._open.pop()
        self._pause_ms = max(self._pause_ms, _PAUSES.get(name, 0) if self._made else 0)
        self._over = not self._open

    def _manner(self, name: str, told: Mapping[str, str], at: int) -> _Manner:
        """How the words in an element are said, with all that is around it."""
        around = self._open[-1] if self._open else _Manner("")
        manner = replace(around, element=name)
        tag = told.get("xml:lang", "")
        if tag and name in ("speak", "lang", "p", "s", "voice"):
            if not is_tag(tag):
                raise self._wrong(f"{tag[:40]!r} is no language tag", at)
            manner = replace(manner, language=tag)
        match name:
            case "prosody":
                rate = manner.rate * self._rate(told.get("rate", ""), at)
                gain = manner.gain_db + self._volume(told.get("volume", ""), at)
                pitch = manner.pitch * self._pitch(told.get("pitch", ""), at)
                return replace(
                    manner,
                    rate=min(max(rate, SLOWEST), FASTEST),
                    gain_db=min(max(gain, -60.0), MOST_DB),
                    pitch=min(max(pitch, LOWEST), HIGHEST),
                )
            case "say-as":
                return replace(manner, kind=told.get("interpret-as", "").strip().lower())
            case "phoneme":
                return replace(manner, phonemes=self._phonemes(told, at))
            case "sub":
                if "alias" not in told:
                    raise self._wrong("<sub> needs an alias", at)
                return replace(manner, alias=told["alias"])
            case _:
                return manner

    def _flush(self) -> None:
        """The words so far are a segment."""
        text = _SPACE.sub(" ", "".join(self._words)).strip()
        self._words.clear()
        if not self._open or not (text or self._open[-1].alias):
            return
        manner = self._open[-1]
        said = ""
        if manner.alias is not None:
            said = manner.alias
        elif manner.kind:
            said = said_as(manner.kind, text, manner.language or self._language)
        heard = manner.phonemes or any(map(str.isalnum, said or text))
        if not heard and self._made and not self._pause_ms:
            last = self._made[-1]  # a full stop behind an element
            self._made[-1] = replace(last, text=last.text + text, said=last.said and last.said + text)
            return
        self._made.append(self._segment(text, said, manner))

    def _segment(self, text: str, said: str, manner: _Manner) -> SsmlSegment:
        pause, self._pause_ms = self._pause_ms, 0
        return SsmlSegment(
            text or said,
            said if said != text else "",
            pause,
            manner.language,
            manner.rate,
            manner.gain_db,
            manner.pitch,
            manner.phonemes,
        )

    def _break(self, told: Mapping[str, str], at: int) -> int:
        """Milliseconds."""
        if "time" in told:
            found = _TIME.fullmatch(told["time"].strip())
            if found is None:
                raise self._wrong(f"{told['time'][:40]!r} is no time such as 500ms or 1.5s", at)
            return min(round(float(found[1]) * (1_000 if found[2] == "s" else 1)), LONGEST_BREAK_MS)
        strength = told.get("strength", "medium")
        if strength not in STRENGTHS_MS:
            raise self._wrong(f"{strength[:40]!r} is no strength: {', '.join(STRENGTHS_MS)}", at)
        return STRENGTHS_MS[strength]

    def _rate(self, told: str, at: int) -> float:
        told = told.strip()
        if not told or told in RATES:
            return RATES.get(told, 1.0)
        if (found := _PERCENT.fullmatch(told)) is not None:
            return _share(found)
        if _FACTOR.fullmatch(told) is not None:
            return float(told)
        raise self._wrong(f"{told[:40]!r} is no rate: {', '.join(RATES)}, or 120%", at)

    def _pitch(self, told: str, at: int) -> float:
        """1 for one in hertz: nobody knows from which voice's it differs, nor whose that is."""
        told = told.strip()
        if not told or told in PITCHES or _HERTZ.fullmatch(told):
            return PITCHES.get(told, 1.0)
        if (found := _SEMITONES.fullmatch(told)) is not None:
            return float(2 ** (float(found[1]) / 12))
        if (found := _PERCENT.fullmatch(told)) is not None:
            return _share(found)
        raise self._wrong(f"{told[:40]!r} is no pitch: {', '.join(PITCHES)}, +10% or -2st", at)

    def _phonemes(self, told: Mapping[str, str], at: int) -> str:
        """Those in the IPA; empty: of an alphabet that is not known here."""
        if "ph" not in told:
            raise self._wrong("<phoneme> needs its ph", at)
        phonemes = told["ph"].strip()
        if len(phonemes) > MOST_PHONEMES:
            raise self._wrong(f"a ph of more than {MOST_PHONEMES} characters", at)
        return phonemes if told.get("alphabet", "ipa").strip().lower() == "ipa" else ""

    def _volume(self, told: str, at: int) -> float:
        told = told.strip()
        if not told or told in VOLUMES_DB:
            return VOLUMES_DB.get(told, 0.0)
        if (found := _DECIBELS.fullmatch(told)) is not None:
            return float(found[1])
        raise self._wrong(f"{told[:40]!r} is no volume: {', '.join(VOLUMES_DB)}, or +3dB", at)

    def _characters(self, text: str, at: int) -> str:
        """With its entities as the characters that they stand for."""
        parts, done = list[str](), 0
        while (start := text.find("&", done)) >= 0:
            found = _ENTITY.match(text, start)
            if found is None:
                raise self._wrong(
                    f"{text[start : start + 12]!r} is no entity (write &amp; for '&')", at + start
                )
            number = int(found[2]) if found[2] else int(found[3], 16) if found[3] else 0
            allowed = number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0x10FFFF
            if not found[1] and not allowed:
                raise self._wrong(f"{found[0]} is no character", at + start)
            parts += [text[done:start], _NAMED[found[1]] if found[1] else chr(number)]
            done = found.end()
        return "".join([*parts, text[done:]])

    def _wrong(self, what: str, at: int) -> ValueError:
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        return ValueError(f"this is no SSML that can be said: line {line}, column {column}: {what}")


def _share(found: re.Match[str]) -> float:
    """'+20%' and '120%' as the factor 1.2."""
    share = float(found[2]) / 100
    return 1 + share if found[1] == "+" else 1 - share if found[1] == "-" else share
