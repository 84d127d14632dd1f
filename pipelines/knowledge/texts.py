"""A text of any kind as blocks."""

from __future__ import annotations

from pipelines.knowledge.blocks import TextBlock
from pipelines.knowledge.html_reader import html_blocks
from pipelines.knowledge.text_reader import decoded, markdown_blocks, plain_blocks


def text_blocks(data: bytes, kind: str) -> list[TextBlock]:
    """`kind`: Markdown, HTML or text. Raises PeerError."""
    text = decoded(data)
    match kind:
        case "Markdown":
            return markdown_blocks(text)
        case "HTML":
            return html_blocks(text)
        case _:
            return plain_blocks(text)
