"""The sounds of Pico's six voices: IPA -> X-SAMPA as Pico reads it in a <phoneme>. Pico leaves out in silence
what a voice lacks, so each was found by listening: with it a word sounds other than without it.
"""

from __future__ import annotations

from collections.abc import Mapping

_ANY = {
    **{each: each for each in "pbtdkmnfszlj"},
    **{"ɡ": "g", "ʃ": "S", "ˈ": '"', "ˌ": "%"},
}
_ENGLISH = {
    **_ANY,
    **{"ŋ": "N", "v": "v", "θ": "T", "ð": "D", "ʒ": "Z", "h": "h", "w": "w", "ɹ": r"r\\", "r": r"r\\"},
    **{"tʃ": "t_S", "dʒ": "d_Z", "ɪ": "I", "ɛ": "E", "e": "E", "æ": "{", "a": "{", "ɒ": "Q", "ʌ": "V"},
    **{"ʊ": "U", "ə": "@", "i": "i:", "iː": "i:", "u": "u:", "uː": "u:", "ɑ": "A:", "ɑː": "A:", "ɔ": "O:"},
    **{"ɔː": "O:", "ɜ": "3:", "ɜː": "3:", "ɚ": r"@r\\", "ɝ": r"3:r\\", "aɪ": "a_I", "aʊ": "a_U"},
    **{"ɔɪ": "O_I", "eɪ": "e_I", "əʊ": "@_U", "oʊ": "o_U"},
}
TABLE: Mapping[str, Mapping[str, str]] = {
    "en-GB": _ENGLISH,
    "en-US": _ENGLISH,
    "de-DE": {
        **_ANY,
        **{"ʔ": "?", "ŋ": "N", "v": "v", "ʒ": "Z", "ç": "C", "x": "x", "h": "h", "ʁ": "R", "r": "R"},
        **{"ts": "t_s", "tʃ": "t_S", "dʒ": "d_Z", "pf": "p_f", "i": "i", "iː": "i:", "ɪ": "I", "y": "y"},
        **{"yː": "y:", "ʏ": "Y", "e": "e", "eː": "e:", "ɛ": "E", "ɛː": "E:", "ø": "2", "øː": "2:", "œ": "9"},
        **{"a": "a", "aː": "a:", "ɔ": "O", "o": "o", "oː": "o:", "ʊ": "U", "u": "u", "uː": "u:", "ə": "@"},
        **{"ɐ": "6", "aɪ": "a_I", "aʊ": "a_U", "ɔʏ": "O_Y", "ɔɪ": "O_Y", "ɔø": "O_Y"},
    },
    "es-ES": {
        **_ANY,
        **{"β": "B", "ð": "D", "ɣ": "G", "ɲ": "J", "ʎ": "L", "r": "r", "ɾ": "4", "θ": "T", "x": "x"},
        **{"ʝ": r"j\\", "tʃ": "t_S", "w": "u_^", "i": "i", "e": "e", "ɛ": "e", "a": "a", "o": "o", "u": "u"},
    },
    "fr-FR": {
        **_ANY,
        **{
            "ɲ": "J",
            "ŋ": "N",
            "v": "v",
            "ʒ": "Z",
            "ʁ": "R",
            "w": "w",
            "ɥ": "H",
            "i": "i",
            "y": "y",
            "e": "e",
        },
        **{"ø": "2", "ɛ": "E", "œ": "9", "a": "a", "ɑ": "a", "ɔ": "O", "o": "o", "u": "u", "ə": "@"},
        **{"ɑ̃": "A~", "ɔ̃": "O~", "ɛ̃": "E~", "œ̃": "9~"},
    },
    "it-IT": {
        **_ANY,
        **{"ɲ": "J", "ʎ": "L", "r": "r", "ɾ": "4", "v": "v", "ts": "t_s", "dz": "d_z", "tʃ": "t_S"},
        **{"dʒ": "d_Z", "j": "i_^", "w": "u_^", "i": "i", "e": "e", "ɛ": "E", "a": "a", "o": "o", "ɔ": "O:"},
        **{"u": "u", "ŋ": "n"},
    },
}
"""By the voice's name; stretches of IPA in NFC."""
