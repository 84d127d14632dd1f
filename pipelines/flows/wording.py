"""What a flow asks its caller, the first time and again, from how far it has come. Changes nothing."""

from __future__ import annotations

from pipelines.flows.model import Ask, Confirm, Flow, Slot
from pipelines.flows.progress import FlowProgress
from pipelines.spoken.marked import in_a_row


class Wording:
    """Of one flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def question(self, now: FlowProgress) -> str:
        """What is asked, as it was first."""
        if isinstance(now.node, Ask) and now.check is None and not now.part:
            return self.fill(now, now.node.text)
        return self.help(now)

    def help(self, now: FlowProgress) -> str:
        """What is asked, in other words."""
        if now.parting:
            return self.fill(now, self._flow.callback)
        if now.check is not None:
            return now.check.asked
        match now.node:
            case Confirm(facts=facts, help=help_text):
                return joined(self.fill(now, facts), self.fill(now, help_text))
            case Ask(slot=name) if now.part:
                return self._flow.phrases.go_on.format(value=self._flow.slots[name].say(now.part))
            case Ask(help=help_text):
                return self.fill(now, help_text)
            case _:
                return ""

    def missed(self, now: FlowProgress, slot: Slot, noisy: bool, unclear: bool) -> str:
        """After an answer that was not understood, the `now.misses`th: in other words, shorter and by keys,
        by keys. `noisy`: the keys sooner; `unclear`: it was a yes or a no, and nobody knows which."""
        phrases = self._flow.phrases
        if not slot.dtmf.offer:
            return joined(phrases.clearly if unclear else phrases.sorry, self.help(now))
        if now.misses > 2 or (noisy and now.misses == 2):
            return f"{phrases.hardly} {slot.dtmf.offer}"
        if unclear:
            return f"{phrases.clearly} {slot.dtmf.offer}"
        if now.misses == 1:
            return joined(phrases.sorry, self.help(now))
        example = self.fill(now, now.node.example) if isinstance(now.node, Ask) else ""
        return joined(phrases.sorry, example, slot.dtmf.offer)

    def fill(self, now: FlowProgress, text: str) -> str:
        """A text of a node, with the slots that it names."""
        said = {name: self._flow.slots[name].say(value) for name, value in now.slots.items()}
        return text.format_map(_SpokenSlots(said))


def joined(*texts: str) -> str:
    """Those that are not empty."""
    return in_a_row(texts)


class _SpokenSlots(dict[str, str]):
    """Slots that are not known yet are left out of a text."""

    def __missing__(self, key: str) -> str:
        return ""
