"""The sounds of hibari's voice: IPA -> the letters of American English that it was trained on (misaki's, in
which a diphthong is one letter).
"""

from __future__ import annotations

from collections.abc import Mapping

TABLE: Mapping[str, str] = {
    **{each: each for each in "bdfhjklmnpstvwzðŋɡɹʃʒʤʧθiuæɑəɛɪɔʊʌˈˌ "},
    **{"tʃ": "ʧ", "dʒ": "ʤ", "ɾ": "T", "ʔ": "t", "r": "ɹ"},
    **{"eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "O", "aʊ": "W", "ɔɪ": "Y", "ɔʏ": "Y"},
    **{"iː": "i", "uː": "u", "ɑː": "ɑ", "ɔː": "ɔ", "ɒ": "ɑ", "a": "æ", "e": "ɛ", "o": "O", "ɐ": "ʌ"},
    **{"ɜ": "ɜɹ", "ɜː": "ɜɹ", "ɝ": "ɜɹ", "ɚ": "əɹ", "ɨ": "ᵻ"},
}
