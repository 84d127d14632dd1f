"""PlayHT's languages by their codes: what its client calls them."""

from __future__ import annotations

LANGUAGES = {
    **{"af": "afrikaans", "sq": "albanian", "am": "amharic", "ar": "arabic", "bn": "bengali"},
    **{"bg": "bulgarian", "ca": "catalan", "hr": "croatian", "cs": "czech", "da": "danish", "nl": "dutch"},
    **{"en": "english", "fr": "french", "gl": "galician", "de": "german", "el": "greek", "he": "hebrew"},
    **{"hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian", "ja": "japanese"},
    **{"ko": "korean", "ms": "malay", "zh": "mandarin", "pl": "polish", "pt": "portuguese"},
    **{"ru": "russian", "sr": "serbian", "es": "spanish", "sv": "swedish", "tl": "tagalog", "th": "thai"},
    **{"tr": "turkish", "uk": "ukrainian", "ur": "urdu", "xh": "xhosa"},
}
