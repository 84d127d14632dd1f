"""In which language an utterance was said, as a recogniser tells, or as its words do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.engines.protocols import SttResult
from pipelines.languages.detecting import detect
from pipelines.languages.tags import is_tag, same_language

SAYS_SO = 0.75
"""Of probability: a recogniser names a language and not how surely, and the words do not tell."""
DENIED = 0.5
"""Its words look like another's."""


def with_language(result: SttResult, spoken: Sequence[str]) -> SttResult:
    """A result of a recogniser that listens to several languages, these: as it says, and where it says
    nothing, or not how surely, as the words tell. What it says may be anything."""
    if result.language and not is_tag(result.language):
        result = without_language(result)
    if not 0.0 <= result.language_probability <= 1.0:
        result = replace(result, language_probability=0.0)
    if not (result.final and result.understood) or (result.language and result.language_probability):
        return result
    found = detect(result.text, spoken)
    if not result.language:
        if found is None:
            return result
        return replace(result, language=found.language, language_probability=found.probability)
    probability = SAYS_SO
    if found is not None:
        agrees = same_language(found.language, result.language)
        probability = max(SAYS_SO, found.probability) if agrees else DENIED
    return replace(result, language_probability=probability)


def without_language(result: SttResult) -> SttResult:
    """A result of one that listens to a single language: it has heard no other, whatever it says."""
    return replace(result, language="", language_probability=0.0) if result.language else result


def in_common(joined: SttResult, parts: Sequence[SttResult]) -> SttResult:
    """A result made of these: in the language in which all are, as surely as the least sure."""
    languages = {part.language for part in parts}
    if len(languages) != 1:
        return without_language(joined)
    least = min(part.language_probability for part in parts)
    return replace(joined, language=languages.pop(), language_probability=least)
