"""A typed client of VoiceForge's HTTP API: `VoiceForge`, and `AsyncVoiceForge` for asyncio."""

from .client import AsyncVoiceForge, VoiceForge
from .errors import ApiError
from .types import File, ServerEvent

__all__ = (
    "ApiError",
    "AsyncVoiceForge",
    "File",
    "ServerEvent",
    "VoiceForge",
)
