"""What a model's server sends, made fit to be kept and shown: JSON with limits, text without control
characters.

Nothing here trusts a type, a length or a character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from mediaserver.errors import PeerError

SHOWN = 200
"""Characters of a foreign message that one of ours may quote."""


_KEY = re.compile(
    r"\b(?:(?:sk|pk|rk|gsk|xai|key|pplx|hf)[-_][\w-]{10,}|AIza[\w-]{20,}|bearer\s+\S{8,})", re.IGNORECASE
)
"""As the makers' keys look (`sk-`, `gsk-`, `xai-`), and as they are sent."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


JSON = json.JSONDecoder(parse_constant=_no_constant)
"""Made once: it is used for each token."""


def parsed(data: str) -> Mapping[str, Any]:
    """A JSON object. Raises PeerError for anything else."""
    try:
        value = JSON.decode(data)
    except (ValueError, RecursionError):
        raise PeerError(f"it sent what is no JSON: {shown(data)!r}") from None
    if not isinstance(value, dict):
        raise PeerError(f"it sent no JSON object: {shown(data)!r}")
    return value


def spoken_text(text: Any) -> str:
    """Text of an answer: line breaks and tabs stay; other control characters, and halves of characters that
    UTF-8 cannot hold, are left out. Anything but a text is none."""
    if not isinstance(text, str):
        return ""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or not (ord(c) < 32 or 127 <= ord(c) < 160 or _half(c)))


def shown(text: Any, most: int = SHOWN) -> str:
    """The beginning of a foreign text on one line."""
    flat = " ".join(spoken_text(text[: 4 * most] if isinstance(text, str) else text).split())
    return flat if len(flat) <= most else flat[: most - 3] + "..."


def told_why(text: Any, most: int = SHOWN) -> str:
    """The beginning of what a server says went wrong: on one line, and without keys, which some quote."""
    return _KEY.sub("(a key)", shown(text, most))


def count(value: Any) -> int:
    """A number of tokens; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40 else 0


def mapping(value: Any) -> Mapping[str, Any]:
    """It, when it is one; else an empty one."""
    return value if isinstance(value, dict) else {}


def _half(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
