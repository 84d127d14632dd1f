"""The voices that lie on this machine.

Each with what it needs; none is loaded here. The embedded engines stand in `pipelines.engines.builtin`.
"""

from __future__ import annotations

from pipelines.engines.registry import EngineEntry

ENTRIES: tuple[EngineEntry, ...] = ()
