"""GET /ws/sip"""

from __future__ import annotations


# A WebSocket: for a client of those.
