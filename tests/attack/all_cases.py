"""All attacks: to import this is to know them."""

from __future__ import annotations

from tests.attack import floods, media_lock, never_a_weapon
from tests.attack.case import CASES

__all__ = ["CASES", "floods", "media_lock", "never_a_weapon"]
