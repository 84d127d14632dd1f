"""Numbers in words: ICU's rule-based number formats, as CLDR has them (unicode-rbnf).

Its import and a language's first number take some 60 ms, so that it is loaded when it is first needed:
`forms.warm` does that beside the loop.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

MOST = 10**15
"""Numbers from here on are said digit by digit; nobody could follow."""


@lru_cache(maxsize=16)
def _engine(language: str) -> RbnfEngine:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)


@lru_cache(maxsize=8192)
def spelled(n: int, language: str, rules: str = "spellout-numbering") -> str:
    """`n` in words of a language (ISO 639); `rules`: the name of one of its rule sets in CLDR."""
    return _engine(language).format_number(n, ruleset_names=[rules]).text
