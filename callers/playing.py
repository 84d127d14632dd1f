"""What the measuring caller plays: clips as packets, and when each of their samples passed the wire."""

from __future__ import annotations

from dataclasses import dataclass, field

from callers.reception import NS_PER_MS
from callers.sound import PACKET, SILENCE, Samples, encode
from callers.voiced import Clip


@dataclass(slots=True, eq=False)
class Playing:
    """One playing of a clip; its packets' send times come in as they leave."""

    clip: Clip
    sent_ns: list[int] = field(default_factory=list)
    done: bool = False

    def at_ns(self, sample: int) -> int:
        """When a sample of the clip passed the wire."""
        return self.sent_ns[sample // PACKET] + sample % PACKET * NS_PER_MS // 8

    @property
    def voice_began_ns(self) -> int:
        return self.at_ns(self.clip.voice.first)

    @property
    def voice_ended_ns(self) -> int:
        return self.at_ns(self.clip.voice.last)


def packets(samples: Samples, payload_type: int) -> list[bytes]:
    """20 ms payloads, the last one filled up with silence."""
    data = encode(samples, payload_type)
    data += SILENCE[payload_type] * (-len(data) % PACKET)
    return [data[i : i + PACKET] for i in range(0, len(data), PACKET)]
