"""What becomes of an answer: it is taken, doubted, put together, read back, mended, or asked for again.

Pure. The caller's inputs come by `executor`.
"""

from __future__ import annotations

from pipelines.flows.checking import Check
from pipelines.flows.model import Ask, Confirm, Slot, Value
from pipelines.flows.progress import FlowProgress, FlowStep, SaidBefore
from pipelines.flows.steps import MISSES, FlowSteps
from pipelines.flows.wording import joined

UNCLEAR = 2
"""So often the caller is asked again for a clear yes or no."""


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


class FlowAnswers(FlowSteps):
    """To one caller's present question."""

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
        if understood and value is None and (said := slot.impossible(text)):
            return self._impossible(slot, said)
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
        by_keys = check.slot.keys_only
        if now.misses > MISSES:
            return self._give_up("" if by_keys else self._phrases.trouble("noisy"))
        more = self._help() if now.misses == 1 else self._offer(check.slot)
        return self._ask(f"{self._phrases.key_again if by_keys else self._phrases.once_more} {more}")

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
        return self._ask(joined(self._phrases.impossible.format(value=said), self._offer(slot)))
