"""Runs a flow: what the caller did goes in, what to say and how to listen comes out.

Sans-I/O: no clock, no engine, no storage. It never raises on what a caller says or presses.

What was heard doubtfully is asked about at once (`checking`), what was not understood is asked for in other
words, then with the keys, and a line on which nothing works ends with the offer to call back. Silence is a
yes to a read-back only where all of the call was surely heard. An utterance that amends the last one is
answered as if that had never been: `FlowProgress` is what was before it.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.conversation.own_words import words_of
from pipelines.flows.checking import Check
from pipelines.flows.model import Ask, Confirm, EndCall, Flow, Prompt, Slot, TransferCall, Value
from pipelines.flows.phrases import NOBODY, WAITED
from pipelines.flows.progress import FlowOutcome, FlowProgress, FlowStep, SaidBefore
from pipelines.flows.steps import MISSES, FlowSteps
from pipelines.flows.wording import joined

SILENCES = 3
"""After so many unanswered questions in a row the call is ended."""
UNCLEAR = 2
"""So often the caller is asked again for a clear yes or no."""
TROUBLES = 2
"""So often a caller is told that the line is bad; then nothing more is tried."""
SURE_OF_NUMBERS = 0.95
"""Confidence below which a number is taken, and read back, but never agreed to by silence: numbers sound
alike ("four", "five")."""
NUMBER_WORDS = 2
"""Of such a number ("four", "five people"). Of those with a confidence from 0.85 to 0.95 one in seven is
wrong; of longer ones ("two thirty p m") none of 29 was (docs/benchmarks.md)."""


def plain(text: str) -> str:
    """Lower-case words only, for comparing what was heard with what was said."""
    return " ".join(words_of(text))


def said_once(slot: Slot, text: str) -> Value | None:
    """What it means here; also of one word that is said over and over ("no no no")."""
    words = text.split()
    return slot.parse(words[0] if len(set(words)) == 1 else text)


def other_meanings(slot: Slot, value: Value | None, alternatives: tuple[str, ...]) -> tuple[Value, ...]:
    """What else it may have meant here, best first: what fits nearly as well, and what sounds alike."""
    parsed = [slot.parse(other.lower()) for other in alternatives]
    for pair in slot.alike:
        one, other = (slot.parse(text) for text in pair)
        if value is not None and value in (one, other):
            parsed.append(other if value == one else one)
    return tuple(dict.fromkeys(other for other in parsed if other is not None and other != value))


class FlowExecutor(FlowSteps):
    """One caller's way through a (valid) flow."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow)
        self._undone: FlowProgress | None = None
        """As it was before the last utterance, when nothing else came since."""

    # ---- what the caller does

    def start(self) -> FlowStep:
        return self._enter(self._flow.start)

    def utterance(
        self,
        text: str,
        understood: bool = True,
        *,
        doubtful: bool = False,
        alternatives: tuple[str, ...] = (),
        noisy: bool = False,
        amends: bool = False,
        confidence: float = 0.0,
    ) -> FlowStep:
        """The caller said something; the arguments are as in `Utterance`. `confidence`: 0 where it is not
        known."""
        after, told = self._now, self._now.told
        if amends and self._undone is not None:
            self._now = self._undone.copy()
            if self._keeps(after, text, understood):
                self._now = after
                after.doubts.add("mended")
                return self._ask(self._wording.question(self._now))
        else:
            self._undone = self._now.copy()
        base = self._now.told
        asked = self._asked()
        doubtful = doubtful and not (asked is not None and asked.harmless)
        if amends:
            self._now.doubts.add("mended")
        number = asked is not None and asked.spell is not None and len(text.split()) <= NUMBER_WORDS
        if doubtful or (number and understood and 0.0 < confidence < SURE_OF_NUMBERS):
            self._now.doubts.add("doubtful")
        if noisy:
            self._now.doubts.add("noisy")
        step = self._said(text.lower(), understood, doubtful, alternatives, noisy)
        if told is base or step.outcomes:
            return step
        # What was told of the utterance that this one amends is not so: tell again what was before it.
        self._now.told = base or self._result("withdrawn")
        return replace(step, outcomes=(self._now.told,))

    def keyed(self, digits: str, ended_by: str = "terminator") -> FlowStep:
        """The caller keyed an entry; the arguments are as in `Keyed`."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            agreed = self._agreed
            return self._ended() if agreed is None else self._objected(agreed.dtmf.parse(digits))
        now.silences, now.before = 0, None
        if ended_by == "cancel":
            now.part = ""
            return self._ask(f"{self._help()} {slot.dtmf.offer}")
        if not digits:
            return self._ask(slot.dtmf.offer)
        value = None if ended_by == "too many" else slot.dtmf.parse(digits)
        if now.parting:
            return self._part(value)
        if now.check is not None:
            return self._verdict(now.check, value)
        if value is None:
            return self._impossible(slot, " ".join(digits))
        if slot.spelling is not None:
            return self._spelled(slot, str(value), by_keys=True)
        return self._check(Check.of(slot, value, self._phrases)) if slot.read_back else self._filled(value)

    def silence(self) -> FlowStep:
        """Nothing came."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            return self._ended()
        if now.parting:
            return self._part(None)
        if self._silence_agrees:
            return self._filled("yes")
        now.doubts.add("silent")
        if now.check is not None:
            return self._verdict(now.check, None)
        now.silences += 1
        if now.silences >= SILENCES:
            return self._give_up(why="timeout")
        if now.silences == 1 and not now.troubles:
            return self._ask(self._help())
        return self._ask(f"{self._phrases.unheard} {slot.dtmf.offer}")

    def trouble(self, kind: str, *, last: bool = False, over: bool = False) -> FlowStep:
        """The line carries no conversation as it is; the arguments are as in `LineTrouble`."""
        self._undone = None
        now, slot = self._now, self._asked()
        if slot is None:
            return self._ended()
        now.doubts.add("line")
        wrong = self._phrases.trouble(kind)
        if over or kind in NOBODY:
            return self._over(wrong if kind in NOBODY else self._flow.give_up)
        if kind in WAITED and not last:
            return self._ask(joined(wrong, now.check.asked if now.check else ""))
        now.troubles += 1
        if now.parting:
            return self._part(None)
        if last or now.troubles > TROUBLES:
            now.by_keys, now.misses = kind in WAITED, 0
            return self._give_up(wrong, "line")
        return self._ask(joined(wrong, now.check.asked if now.check else "", slot.dtmf.offer))

    def returned(self, why: str = "") -> FlowStep:
        """The caller is back: from a transfer of ours that came to nothing, or from whoever took it over.
        `why`: as in `Returned`."""
        self._undone = None
        match self._now.node:
            case TransferCall(failed=failed):
                return self._enter(failed)
            case Ask() | Confirm():
                return self._ask(f"{self._phrases.back} {self._wording.question(self._now)}")
            case Prompt() | EndCall():
                return self._ended(self._phrases.back)

    def heard(self, text: str) -> None:
        """What the caller has heard of our last line."""
        node = self._now.node
        facts = plain(self._fill(node.facts)) if isinstance(node, Confirm) else ""
        if facts and facts in plain(text):
            self._now.read = True

    def missed_words(self) -> None:
        """The caller may have said something that nobody made out: perhaps no to the read-back."""
        if isinstance(self._now.node, Confirm):
            self._now.doubts.add("missed")

    def hang_up(self, heard: str) -> tuple[FlowOutcome, ...]:
        """The caller is gone. `heard`: what was heard of our last line. Whoever has heard the whole read-back
        and not objected has agreed, where all was surely heard."""
        self.heard(heard)
        if self._silence_agrees and not self._now.parting:
            return (self._result("confirmed"),)
        return ()

    @property
    def _silence_agrees(self) -> bool:
        """To a read-back that was heard to its end."""
        now = self._now
        return isinstance(now.node, Confirm) and now.node.silence_agrees and self.sure and now.read

    def summary(self) -> str:
        """What the caller has answered so far."""
        slots = self._flow.slots
        known = [f"{name}: {slots[name].say(value)}" for name, value in self.slots.items() if name in slots]
        return ", ".join(known) + "." if known else ""

    # ---- an answer

    def _keeps(self, after: FlowProgress, text: str, understood: bool) -> bool:
        """An answer that was understood no longer is, now that something came behind it: that was perhaps
        no part of it, and what it led to stands. An answer to "is that right?" is never kept so: who goes
        on after a yes may have said no."""
        now, slot = self._now, self._asked()
        if slot is None or now.check is not None or not isinstance(now.node, Ask):
            return False
        took = after.check is not None or after.node is not now.node
        goes_on = isinstance(after.node, Ask | Confirm) and not after.parting
        return took and goes_on and not (understood and slot.parse(text.lower()) is not None)

    def _said(
        self, text: str, understood: bool, doubtful: bool, alternatives: tuple[str, ...], noisy: bool
    ) -> FlowStep:
        now, slot = self._now, self._asked()
        if slot is None:
            agreed = self._agreed if understood else None
            return self._ended() if agreed is None else self._objected(said_once(agreed, text))
        meant = slot.parse(text)
        value = meant if understood else None
        before, now.before = now.before, None
        now.spoken = now.spoken or isinstance(now.node, Ask)
        if now.parting:
            return self._unheeded(slot) if now.by_keys else self._part(None if doubtful else value)
        others = tuple(each for each in other_meanings(slot, meant, alternatives) if each not in now.refused)
        if now.check is not None:
            rivalled = bool(others) and (doubtful or not understood)
            return self._spoken_verdict(now.check, text, value, before, rivalled=rivalled)
        if doubtful and value in now.refused:
            value, others = (others[0], others[1:]) if others else (None, ())
        if value is None:
            again = self._repeated if isinstance(now.node, Confirm) else self._guessed
            return again(slot, meant, before, others) or self._missed(slot, noisy)
        if slot.spelling is not None:
            return self._spelled(slot, str(value))
        if doubtful and (isinstance(now.node, Confirm) or value in ("yes", "no")):
            # Said again, it is an answer, unless the opposite fits nearly as well.
            now.before = SaidBefore(value, believed=True)
            if before is None or before.value != value or others:
                return self._missed(slot, noisy, unclear=True)
            return self._filled(value)
        if doubtful or slot.read_back or value in now.refused:
            return self._check(Check.of(slot, value, self._phrases, others))
        return self._filled(value)

    def _unheeded(self, slot: Slot) -> FlowStep:
        """Something was heard where only keys are an answer: say so once."""
        now = self._now
        now.misses += 1
        return self._ask(slot.dtmf.offer) if now.misses == 1 else self._part(None)

    def _spelled(self, slot: Slot, piece: str, by_keys: bool = False) -> FlowStep:
        """A piece of a value that comes character by character: spoken pieces are joined, and so is what is
        keyed behind them, unless it is a value by itself."""
        spelling = slot.spelling
        assert spelling is not None
        joined = self._now.part + piece
        for value in (piece, joined) if by_keys else (joined, piece):
            if spelling.whole(value):
                self._now.part = ""
                return self._check(Check.of(slot, value, self._phrases))
        if len(joined) < spelling.least:
            self._now.part = joined
            return self._ask(self._help())
        self._now.part = ""
        return self._impossible(slot, slot.say(joined))

    def _repeated(
        self, slot: Slot, guess: Value | None, before: SaidBefore | None, others: tuple[Value, ...]
    ) -> FlowStep | None:
        """To a read-back, and not believed: with the same doubtful answer before it, it is one all the same.
        Nobody's cough is both."""
        if guess is None:
            return None
        if before == SaidBefore(guess, believed=True) and not others:
            return self._filled(guess)
        self._now.before = SaidBefore(guess, believed=False)
        return None

    def _guessed(
        self, slot: Slot, guess: Value | None, before: SaidBefore | None, others: tuple[Value, ...]
    ) -> FlowStep | None:
        """The same once more, though it was not believed either time: ask whether it is that."""
        now = self._now
        if guess is None or guess in ("yes", "no") or guess in now.refused or slot.spelling is not None:
            return None
        if before is None or before.value != guess:
            now.before = SaidBefore(guess, believed=False)
            return None
        now.doubts.add("doubtful")
        if slot.harmless:
            return self._filled(guess)
        return self._check(Check.of(slot, guess, self._phrases, others))

    # ---- is that right?

    def _check(self, check: Check) -> FlowStep:
        now = self._now
        now.check, now.before, now.silences = check, None, 0
        return self._ask(check.asked)

    def _spoken_verdict(
        self, check: Check, text: str, value: Value | None, before: SaidBefore | None, *, rivalled: bool
    ) -> FlowStep:
        """The same yes or no once more is one, though it was not believed either time: what was checked is
        read back with the rest. `rivalled`: the opposite fits nearly as well."""
        if rivalled:
            return self._verdict(check, None)
        guess = check.question.parse(text)
        if value is None and guess in ("yes", "no"):
            if before is not None and before.value == guess:
                value = guess
                self._now.doubts.add("doubtful")
            self._now.before = SaidBefore(guess, believed=False)
        return self._verdict(check, value)

    def _verdict(self, check: Check, value: Value | None) -> FlowStep:
        """The answer to it: yes, no or a correction; None when it was not clear."""
        mended = check.mended(str(value)) if value not in (None, "yes", "no") else None
        if value == "yes" or (mended is not None and mended == check.value):
            return self._filled(check.value)
        if value is not None:
            self._now.refused |= {check.value}
        if value == "no" or mended == "":
            self._now.doubts.add("mended")
            other = check.next(self._phrases) if value == "no" else None
            return self._refused(check) if other is None else self._check(other)
        if mended is not None:
            return self._mended(check, mended)
        check = self._now.check = check.unanswered()
        if check.unclear > UNCLEAR:
            self._now.check = None
            return self._missed(check.slot, noisy=True)
        if check.unclear == 1:
            return self._ask(f"{self._phrases.clearly} {check.asked}")
        return self._ask(f"{check.asked} {self._phrases.yes_no_keys}")

    def _mended(self, check: Check, value: Value) -> FlowStep:
        """The caller has put the value right: ask whether it is now."""
        now, slot = self._now, check.slot
        now.doubts.add("mended")
        now.misses += 1
        if now.misses > MISSES:
            return self._give_up(self._phrases.trouble("noisy"))
        if slot.spelling is None or slot.spelling.whole(str(value)):
            return self._check(Check.of(slot, value, self._phrases))
        now.check = None
        return self._spelled(slot, str(value))

    def _refused(self, check: Check) -> FlowStep:
        """It was none of what was offered: ask anew."""
        now = self._now
        now.check, now.part = None, ""
        now.misses += 1
        if now.misses > MISSES:
            return self._give_up(self._phrases.trouble("noisy"))
        more = self._help() if now.misses == 1 else check.slot.dtmf.offer
        return self._ask(f"{self._phrases.once_more} {more}")

    # ---- asking again

    def _missed(self, slot: Slot, noisy: bool, unclear: bool = False) -> FlowStep:
        now = self._now
        now.silences = 0
        now.misses += 1
        now.doubts.add("missed")
        if now.misses > MISSES:
            return self._give_up(self._phrases.trouble("noisy"))
        return self._ask(self._wording.missed(now, slot, noisy, unclear))

    def _impossible(self, slot: Slot, said: str) -> FlowStep:
        now = self._now
        now.misses += 1
        now.doubts.add("missed")
        if now.misses > MISSES:
            return self._give_up()
        return self._ask(f"{self._phrases.impossible.format(value=said)} {slot.dtmf.offer}")
