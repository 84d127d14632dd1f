"""Whether more words will come after what was recognised: by the grammar, the agent's judge, the words, and a
turn model where there is one. Pure."""

from __future__ import annotations

from pipelines.conversation.agent import Finality, Listen
from pipelines.conversation.semantic_end import finality_of_text
from pipelines.engines.protocols import SttResult

PATIENCE = (Finality.WHOLE, Finality.OPEN, Finality.NOTHING, Finality.HANGING)
"""What waits longer comes later."""
SURE = 0.6
"""Confidence from which a short answer without a grammar is taken at once."""
FINISHED, UNFINISHED = 0.7, 0.3
"""A turn model's probability from which, or up to which, it counts beside the words."""


def finality_of(result: SttResult, listen: Listen, language: str) -> Finality:
    """What a result says about whether more words will come. The agent's own judge can only ask for more
    patience than the grammar: a judge asks whether words would change the answer ("two"), a grammar whether
    they would follow it ("two" + "people")."""
    if result.hanging and result.text:
        return Finality.HANGING
    if not result.understood or not result.text:
        return Finality.NOTHING
    judged = listen.finality(result.text) if listen.finality is not None else None
    if result.complete:
        known = Finality.OPEN if result.extensible or result.doubtful else Finality.WHOLE
        return known if judged is None else max(judged, known, key=PATIENCE.index)
    sure = not result.doubtful and result.sure(SURE)
    of_words = finality_of_text(result.text, language, sure=sure)
    # A judge knows the question, and so whether there is an answer in the words; not whether they break off.
    return of_words if judged is None or of_words is Finality.HANGING else judged


def with_ear(of_words: Finality, result: SttResult, finished: float | None) -> Finality:
    """What the words say, and a model that heard how they were said (None: there is none): a step sooner or
    later. What nothing can follow it does not delay; it makes no answer out of what was not understood."""
    if finished is None or (of_words is Finality.WHOLE and result.complete):
        return of_words
    place = PATIENCE.index(of_words)
    if finished <= UNFINISHED:
        place += 1
    elif finished >= FINISHED and result.understood:
        place -= 1
    return PATIENCE[min(max(place, 0), len(PATIENCE) - 1)]
