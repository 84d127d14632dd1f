"""provider_media"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal
from uuid import UUID

from ...types import UNSET, File, ServerEvent, Unset

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge
