"""A long utterance that was recognised piece by piece, as one result. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.engines.protocols import SttResult, least_confidence
from pipelines.engines.stt.heard_language import in_common


def as_one(pieces: Sequence[SttResult], last: SttResult) -> SttResult:
    """The pieces and then `last`. Nobody knows whether a grammar would allow the whole; of one that was not
    understood in all of its pieces the rest is doubtful."""
    if not pieces:
        return last
    parts = [*pieces, last]
    said = [part for part in parts if part.understood and part.text]
    if not said:
        return replace(last, complete=False, extensible=False)
    whole = replace(
        last,
        text=" ".join(part.text for part in said),
        confidence=least_confidence(said),
        understood=True,
        complete=False,
        extensible=False,
        doubtful=len(said) < len(parts) or any(part.doubtful for part in said),
        alternatives=(),
        words=(),
    )
    return in_common(whole, said)
