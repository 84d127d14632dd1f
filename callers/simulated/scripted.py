"""A caller that follows its persona to the letter: the same call each time, for the same seed.

What is asked is known by phrases. Checks ("did you say ...?", a read-back) are answered truly; what the agent
asks again gets another try, then the keys, and in the end the caller hangs up.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from callers.simulated.mind import CALLING_BACK, CHANGING, CHECK, Move, is_fact
from callers.simulated.persona import KnownFact, Persona
from callers.simulated.phrases import Phrase, words_in
from pipelines.spoken.forms import tongue_of

SINGLE = ("did you say", "was it", "i have * is that right", "i have * is this right")
"""How flows ask about one value."""
WHOLE = (
    "say no to change", "say no if", "is that right", "is this right", "is that correct", "is this correct",
    "is everything correct",
)  # fmt: skip
"""How they ask about all of it."""
YES_OR_NO = ("yes or no", "say a clear yes", "for yes", "if it is right")
"""What stands behind any question for a yes: the last check, unless a fact is asked for."""
CHANGE = ("what should i change", "what shall i change", "what would you like to change", "which part")
CALL_BACK = ("call you back",)
AGAIN = ("once more", "sorry", "again", "for example", "hear you", "here i am", "still there")
"""The last question still stands."""
KEYS = ("press", "key in", "keypad", "keys")


def phrases(*texts: Iterable[str]) -> tuple[Phrase, ...]:
    return tuple(Phrase.parse(text) for each in texts for text in each)


_BUILT_IN = {
    name: phrases(texts)
    for name, texts in {
        "single": SINGLE, "whole": WHOLE, "yes_or_no": YES_OR_NO, "change": CHANGE, "call_back": CALL_BACK,
        "again": AGAIN, "keys": KEYS,
    }.items()
}  # fmt: skip


class Script:
    """A persona made ready for its calls: all phrases are read once."""

    def __init__(self, persona: Persona) -> None:
        self.persona = persona
        self.behaves = persona.behaves
        self.asked = {topic: phrases(fact.asked) for topic, fact in persona.facts.items()}
        self.right = {topic: phrases(fact.read_back or fact.say) for topic, fact in persona.facts.items()}
        self.remarks = tuple((remark, phrases(remark.when)) for remark in persona.remarks)
        confirming = persona.confirming
        self.single = phrases(confirming.single) + _BUILT_IN["single"]
        self.whole = phrases(confirming.whole) + _BUILT_IN["whole"]
        tongue = tongue_of(persona.language)
        digit_words = tongue.digit_words if tongue is not None else ()
        self._digit_words = {word.lower(): str(digit) for digit, word in enumerate(digit_words)}
        self.change = phrases(confirming.change) + _BUILT_IN["change"]

    def holds(self, topic: str, words: Sequence[str]) -> bool:
        """Whether what the fact is stands there: in its own words, or digit by digit as it is keyed."""
        keyed = self.persona.facts[topic].keys.strip("*#")
        return _has(words, self.right[topic]) or (len(keyed) > 1 and keyed in self._digits(words))

    def _digits(self, words: Sequence[str]) -> str:
        """ "four seven one, 1" -> '4711'; other words are spaces."""
        return "".join(self._digit_words.get(word, word if word.isdecimal() else " ") for word in words)

    def topic(self, words: Sequence[str], told: Mapping[str, int]) -> str:
        """Of the fact that is asked for last, or ''. `told`: how often each was."""
        last, found = 0, ""
        for topic, asked in self.asked.items():
            times = self.persona.facts[topic].times
            if times is not None and told.get(topic, 0) >= times:
                continue
            end = max((phrase.ends_in(words) for phrase in asked), default=0)
            if end > last:
                last, found = end, topic
        return found


def _has(words: Sequence[str], those: Iterable[Phrase]) -> bool:
    return any(phrase.is_in(words) for phrase in those)


class ScriptedMind:
    """Pure but for its own memory. `seed`: of this call."""

    def __init__(self, script: Script, seed: str = "", *, interrupts: float | None = None) -> None:
        """`interrupts`: share of the agent's lines that are talked into, in place of the persona's."""
        self._script = script
        self._does = script.behaves
        self._chance = random.Random(f"{script.persona.name}/{seed}")
        self._interrupts = self._does.barge_in if interrupts is None else interrupts
        self._tries: dict[str, int] = {}
        self._told: dict[str, int] = {}
        """How often each fact was told."""
        self._erred: set[str] = set()
        self._strayed: set[str] = set()
        self._made: set[int] = set()
        """Remarks."""
        self._last = ""
        self._last_question = ""
        """The last topic that was no check."""
        self._words: Sequence[str] = ()
        """With which a fact was told last, where it is not known how it would be read back."""
        self._denied = False
        """The last check was of one value, and wrong: what is asked once more is that."""
        self._agrees = False
        """The last check was right; the question may come again without it."""
        self._wrong: list[str] = []
        """Topics that the last read-back had wrongly."""
        self._named: Phrase | None = None
        """What was said to be changed last."""

    def talks_over(self) -> bool:
        return self._happens(self._interrupts)

    async def answer(self, heard: str) -> Move:
        return self.move(heard)

    def move(self, heard: str) -> Move:
        words = words_in(heard)
        if not words:
            return Move()
        topic = self._topic(words)
        if not topic and self._last and _has(words, _BUILT_IN["again"]):
            topic = self._last_question if self._last == CHECK and self._denied else self._last
        if (remark := self._remark(words, topic)) is not None:
            return Move(topic, speech=remark, aside=True)
        if topic:
            self._last = topic
            self._tries.pop("", None)
        if is_fact(topic) or topic == CHANGING:
            self._last_question = topic
            self._tries.pop(CHECK, None)  # the next check is another question
        tries = self._tries[topic] = self._tries.get(topic, 0) + 1
        if tries > self._does.hangs_up_after:
            return Move(topic, hangs_up=True)
        return self._moved(topic, words, tries)

    def _topic(self, words: Sequence[str]) -> str:
        script = self._script
        if _has(words, script.single) or _has(words, script.whole):
            return CHECK
        if _has(words, script.change):
            return CHANGING
        if topic := script.topic(words, self._told):
            return topic
        if _has(words, _BUILT_IN["call_back"]):
            return CALLING_BACK
        if _has(words, _BUILT_IN["yes_or_no"]):
            read_back = any(self._read_back(told) and script.holds(told, words) for told in self._told)
            return CHECK if read_back or not is_fact(self._last) else self._last
        return ""

    def _remark(self, words: Sequence[str], topic: str) -> str | None:
        for index, (remark, when) in enumerate(self._script.remarks):
            due = _has(words, when) if when else bool(topic)
            if due and index not in self._made:
                self._made.add(index)
                return remark.say
        return None

    def _moved(self, topic: str, words: Sequence[str], tries: int) -> Move:
        keys = _has(words, _BUILT_IN["keys"]) and tries > self._does.tries_by_voice
        if topic == CHECK:
            return self._checked(words, tries, keys)
        if topic == CALLING_BACK:
            return self._yes_or_no(CALLING_BACK, False, keys)
        if tries <= self._does.silences:
            return Move(topic)
        if topic and topic not in self._strayed and self._happens(self._does.asides):
            self._strayed.add(topic)
            return Move(topic, speech=self._chance.choice(self._does.aside_words), aside=True)
        if topic == CHANGING:
            return self._name_change()
        fact = self._script.persona.facts.get(topic)
        if fact is None:
            return Move(topic, speech=self._script.persona.at_loss or "")
        return self._tell(topic, fact, keys)

    # ---- facts

    def _tell(self, topic: str, fact: KnownFact, keys: bool) -> Move:
        if not fact.say or (fact.keys and keys):
            self._told[topic] = self._told.get(topic, 0) + 1
            return Move(topic, keys=fact.keys)
        self._told[topic] = self._told.get(topic, 0) + 1
        if fact.wrong and topic not in self._erred and topic not in self._wrong:
            self._erred.add(topic)
            if self._happens(self._does.wrong_turns):
                return Move(topic, speech=self._chance.choice(fact.wrong))
        said = self._chance.choice(fact.say)
        self._named = None  # what is checked next is the value
        self._words = () if fact.read_back else words_in(said)
        return Move(topic, speech=self._worded(said))

    def _worded(self, said: str) -> str:
        if self._does.filler_words and self._happens(self._does.fillers):
            said = f"{self._chance.choice(self._does.filler_words)} {said}"
        return f"{said} | {said}" if self._happens(self._does.repeats) else said

    def _name_change(self) -> Move:
        """What is to be changed."""
        if not self._wrong:
            return Move(CHANGING, hangs_up=True)  # nothing is: this is going nowhere
        topic = self._wrong[0]
        fact = self._script.persona.facts[topic]
        name = fact.named or topic.replace("_", " ")
        self._named = Phrase.parse(name)
        return Move(CHANGING, speech=name)

    # ---- is that right?

    def _checked(self, words: Sequence[str], tries: int, keys: bool) -> Move:
        single = _has(words, self._script.single)
        held = {topic: self._script.holds(topic, words) for topic in self._script.right}
        if single:
            self._agrees = any(held.values()) or (self._named is not None and self._named.is_in(words))
            self._agrees = self._agrees or self._said_so(words)
        elif any(held.values()):
            self._wrong = [topic for topic in held if topic in self._told and not held[topic]]
            self._wrong = [topic for topic in self._wrong if self._read_back(topic)]
            self._agrees = not self._wrong
        elif _has(words, self._script.whole):
            self._wrong = [topic for topic in held if topic in self._told and self._read_back(topic)]
            self._agrees = not self._wrong
        # else: the same question once more, without what it is about
        quiet = self._does.agrees_by_silence and not single and tries == 1
        if quiet and self._agrees and not _has(words, _BUILT_IN["yes_or_no"]):
            return Move(CHECK)
        self._denied = single and not self._agrees
        return self._yes_or_no(CHECK, self._agrees, keys)

    def _said_so(self, words: Sequence[str]) -> bool:
        """Whether a part of what was said is asked about: "did you say move?" after "move it"."""
        told = f" {' '.join(self._words)} "
        _, asked, value = f" {' '.join(words)} ".partition(" did you say ")
        return bool(asked and value.strip()) and f" {value.strip()} " in told

    def _read_back(self, topic: str) -> bool:
        """Whether it is to be found in a read-back: not every fact is (the wish to book is none)."""
        return bool(self._script.persona.facts[topic].read_back)

    def _yes_or_no(self, topic: str, agreed: bool, keys: bool) -> Move:
        confirming = self._script.persona.confirming
        pressed = confirming.yes_keys if agreed else confirming.no_keys
        if keys and pressed:
            return Move(topic, keys=pressed)
        return Move(topic, speech=confirming.yes if agreed else confirming.no)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share
