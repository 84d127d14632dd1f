"""What is searched for in transcripts: words and "whole phrases", all of them somewhere in the same call.

Words are as PostgreSQL's configuration `simple` has them, without endings cut off: transcripts are in many
languages, often several in one call. The index `turns_words` holds them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 200
"""Characters of what is searched for;"""
MOST = 8
"""and so many words and phrases of it count: each is a look into the index."""
VECTOR = "to_tsvector('simple', t.text)"
"""As in the index, so that it is used."""
_PARTS = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """One word or phrase."""

    text: str
    begun: bool = False
    """More letters may follow: somebody is still typing it."""

    def query(self, parameter: str) -> str:
        """The tsquery of this parameter: its words side by side; null where there are none in it."""
        side_by_side = f"phraseto_tsquery('simple', {parameter})"
        if not self.begun:
            return side_by_side
        # What a tsquery is as text ends with its last word.
        return f"(nullif({side_by_side}::text, '') || ':*')::tsquery"


def spoken_words(searched: str) -> tuple[SpokenWords, ...]:
    """What somebody searches for. A word counts by its beginning, a phrase in quotes as it is."""
    found = []
    for phrase, word in _PARTS.findall(searched[:LONGEST]):
        text = phrase or word
        if any(each.isalnum() for each in text):
            found.append(SpokenWords(text, begun=bool(word)))
    return tuple(found[:MOST])
