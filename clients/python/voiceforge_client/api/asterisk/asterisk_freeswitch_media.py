"""GET /freeswitch/media"""

from __future__ import annotations


# A WebSocket: for a client of those.
