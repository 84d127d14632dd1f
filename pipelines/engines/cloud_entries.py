"""The recognisers and voices that providers run, by their official clients. Loads none of them."""

from __future__ import annotations

from pipelines.engines.registry import EngineEntry

ENTRIES: tuple[EngineEntry, ...] = ()
