"""Knowledge as a tool: a model asks with words, and is given passages, which the transcript quotes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from mediaserver.errors import ToolError
from mediaserver.settings.shared import KNOWLEDGE
from mediaserver.storage.knowledge import configurations
from mediaserver.storage.sql import Database
from pipelines.knowledge.documents import check_collection
from pipelines.knowledge.hybrid import find
from pipelines.knowledge.meaning import MeaningSearch
from pipelines.knowledge.searching import Found
from pipelines.tools.protocols import Quote, Quoted, Tool, ToolContext
from pipelines.tools.results import PASSAGE, unmarked

log = logging.getLogger(__name__)

PREFIX = KNOWLEDGE
"""Of the names of collections among the tools of an agent's row."""
NOTHING = "Nothing in the documents fits. Say that you do not know, or search again in other words."
TIMEOUT_S = 4.0
MOST_PASSAGES = 4
"""Some 5 KB; more cost a model more than they tell it."""


def knowledge_tool(
    collection: str, database: Callable[[], Database], meaning: MeaningSearch | None = None
) -> Tool:
    """Searches a collection. `database`: asked for at each search. `meaning`: None searches by words. Raises
    ConfigError for a name that no collection can have."""
    check_collection(collection)

    async def run(arguments: Mapping[str, Any], context: ToolContext) -> Quoted:
        searched = await find(database(), collection, arguments["question"], MOST_PASSAGES, meaning)
        found = searched.found
        if not found and not await configurations(database(), collection):
            log.warning("an agent searches the collection %s, which has no documents", collection)
            raise ToolError("there are no documents to search")
        return Quoted(_told(found), tuple(_quote(each) for each in found), searched.about)

    return Tool(
        f"search_{collection}",
        f"Search the documents '{collection}' for what the caller wants to know. Answer by what is found "
        "there, and by nothing else.",
        {
            "type": "object",
            "properties": {
                "question": {
                    "type": "string",
                    "description": "The key words of the question, in the language of the documents.",
                }
            },
            "required": ["question"],
            "additionalProperties": False,
        },
        run,
        timeout_s=TIMEOUT_S,
        fault=_fault,
    )


def _fault(arguments: Mapping[str, Any]) -> str:
    question = arguments.get("question")
    if not isinstance(question, str) or not question.strip():
        return "the arguments do not fit: question should be a text"
    return ""


def _told(found: list[Found]) -> str:
    if not found:
        return NOTHING
    return "\n".join(_marked(each) for each in found)


def _marked(found: Found) -> str:
    """Nothing in a passage can end it, or begin one that seems to come from another document."""
    where = " ".join(unmarked(_where(found)).replace('"', "'").split())
    return f'<{PASSAGE} from="{where}">\n{unmarked(found.text)}\n</{PASSAGE}>'


def _where(found: Found) -> str:
    page = f"page {found.page}" if found.page is not None else ""
    return ", ".join(part for part in (found.document, found.heading, page) if part)


def _quote(found: Found) -> Quote:
    return Quote(found.document, found.text, found.heading, found.page)
