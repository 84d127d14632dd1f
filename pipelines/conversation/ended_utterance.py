"""An utterance of the caller's that is over, or would be if nothing more came. See `endpointing`."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.conversation.agent import Utterance
from pipelines.engines.protocols import SttResult


@dataclass(frozen=True, slots=True)
class EndedUtterance:
    """An utterance that is over; times in samples."""

    result: SttResult
    voiced: int
    """Of an amendment, the tail's alone."""
    silence: int
    """Since its last voice."""
    finished_after: int
    """Of the silence, what passed until the recogniser was asked for its final."""
    amends: bool = False
    """It takes the place of the one that was taken last."""
    noisy: bool = False
    """See `Utterance.noisy`."""
    repeats: bool = False
    """It amends nothing: what was taken is all that was understood."""

    @property
    def utterance(self) -> Utterance:
        """What the agent is told of it."""
        heard = self.result
        return Utterance(
            heard.text,
            heard.confidence,
            heard.understood,
            heard.doubtful,
            heard.alternatives,
            amends=self.amends,
            noisy=self.noisy,
            language=heard.language,
            language_probability=heard.language_probability,
        )
