"""Morse code by Recommendation ITU-R M.1677-1: letters, and how long everything lasts."""

from __future__ import annotations

CODE = {
    **{"a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.", "h": "...."},
    **{"i": "..", "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.", "o": "---", "p": ".--."},
    **{"q": "--.-", "r": ".-.", "s": "...", "t": "-", "u": "..-", "v": "...-", "w": ".--", "x": "-..-"},
    **{"y": "-.--", "z": "--..", "0": "-----", "1": ".----", "2": "..---", "3": "...--", "4": "....-"},
    **{"5": ".....", "6": "-....", "7": "--...", "8": "---..", "9": "----.", ".": ".-.-.-", ",": "--..--"},
    **{"?": "..--..", "'": ".----.", "/": "-..-.", "(": "-.--.", ")": "-.--.-", ":": "---...", "=": "-...-"},
    **{"+": ".-.-.", "-": "-....-", '"': ".-..-.", "@": ".--.-."},
}
DASH, BETWEEN_SIGNS, BETWEEN_LETTERS, BETWEEN_WORDS = 3, 1, 3, 7
"""In units, of which a dot lasts one."""
UNITS_A_WORD = 50
"""Of the word PARIS, by which words per minute are counted."""


def units_of(word: str) -> list[int]:
    """A word as lengths in units: tones positive, pauses negative; empty when nothing of it can be sent."""
    letters = []
    for letter in filter(None, (CODE.get(each) for each in word.lower())):
        signs = [-BETWEEN_SIGNS] * (2 * len(letter) - 1)
        signs[::2] = [DASH if sign == "-" else 1 for sign in letter]
        letters.append(signs)
    lengths: list[int] = []
    for signs in letters:
        lengths += [-BETWEEN_LETTERS, *signs] if lengths else signs
    return lengths
