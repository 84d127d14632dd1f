"""What the server has, as far as whoever asks knows it: names that a document may point to."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from pipelines.flows.document.document import Document


@dataclass(frozen=True, slots=True)
class KnownNames:
    """None: not known, and not looked at."""

    agents: Collection[str] | None = None
    tools: Collection[str] | None = None
    """Of the server's own (`NamedTool.name`, `SubagentNode.tools`)."""
    secrets: Collection[str] | None = None
    trunks: Collection[str] | None = None
    numbers: Collection[str] | None = None
    """Whom phone transfers may go to."""
    prompts: Collection[str] | None = None
    """Sound files that may be played."""
    flows: Callable[[str, int | None], Document | None] | None = None
    """A flow by its name and version (None: the published one); None: there is none."""
