"""What is the operator's alone: code, MCP servers, and all secrets and collections of knowledge that it does
not lend (`shared` in the settings). A key's agents and flows that name such a thing neither are kept nor run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.settings.shared import SharedSettings
from pipelines.flows.checks.references import all_references
from pipelines.flows.document.document import Document
from pipelines.flows.document.reading import document_of


def tools_not_lent(names: Iterable[str], shared: SharedSettings) -> list[str]:
    """Those of these tools, as rows and documents name them, that a key may not use."""
    return [name for name in names if not shared.lends_tool(name)]


def not_lent(document: Document, shared: SharedSettings) -> list[str]:
    """What a document names that a key's may not, in words."""
    return list(dict.fromkeys(_not_lent(document, shared)))


def check_lent(content: Mapping[str, Any], shared: SharedSettings) -> None:
    """For a document of a key's that is to run. It takes as long as reading one. Raises ConfigError."""
    if found := not_lent(document_of(content), shared):
        raise ConfigError(f"names what is the operator's alone: {', '.join(found[:20])}"[:500])


def _not_lent(document: Document, shared: SharedSettings) -> Iterator[str]:
    for each in all_references(document):
        match each.kind:
            case "python":
                yield f"the function {each.name}"
            case "tool":
                yield from (f"the tool {name}" for name in tools_not_lent([each.name], shared))
            case "secret" if not shared.lends_secret(each.name):
                yield f"the secret {each.name}"
            case _:
                pass
