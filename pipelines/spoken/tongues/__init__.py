"""The languages, each a Tongue."""

from __future__ import annotations

from pipelines.spoken.tongue import Tongue
from pipelines.spoken.tongues.chinese import Chinese
from pipelines.spoken.tongues.english import English
from pipelines.spoken.tongues.french import French
from pipelines.spoken.tongues.german import German
from pipelines.spoken.tongues.hindi import Hindi
from pipelines.spoken.tongues.italian import Italian
from pipelines.spoken.tongues.japanese import Japanese
from pipelines.spoken.tongues.portuguese import Portuguese
from pipelines.spoken.tongues.spanish import Spanish

TONGUES: dict[str, type[Tongue]] = {
    kind.language: kind
    for kind in (English, Spanish, French, German, Portuguese, Italian, Hindi, Japanese, Chinese)
}
"""By ISO 639."""
