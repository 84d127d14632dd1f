"""How much a server may send in one call: a bucket of messages and one of characters, which fill with time.

Pure. What comes is parsed on the loop that carries all calls.
"""

from __future__ import annotations

from dataclasses import dataclass

MESSAGES_PER_S, MOST_MESSAGES = 500.0, 5_000.0
"""A model's audio comes in 20 to 50 messages for each second of it, several times as fast as it is heard."""
CHARACTERS_PER_S, MOST_CHARACTERS = 1e6, 2.4e7
"""PCM at 24 kHz is 64,000 a second; at once there may come as much as may wait to be played."""


@dataclass
class MessageMeter:
    """One call's."""

    _messages: float = MOST_MESSAGES
    _characters: float = MOST_CHARACTERS
    _at: float = 0.0

    def take(self, length: int, now: float) -> bool:
        """A message has come, at so many seconds of any clock; whether it is still in measure."""
        passed, self._at = max(0.0, now - self._at), now
        self._messages = min(MOST_MESSAGES, self._messages + passed * MESSAGES_PER_S) - 1
        self._characters = min(MOST_CHARACTERS, self._characters + passed * CHARACTERS_PER_S) - length
        return self._messages >= 0 and self._characters >= 0
