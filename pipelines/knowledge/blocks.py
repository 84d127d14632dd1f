"""What a document is read into: paragraphs, each with the headings and the page it stands under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, a list, a table: what belongs together. Its text is never empty."""

    text: str
    heading: str = ""
    """The headings it stands under, outermost first, joined by " > "."""
    page: int | None = None
    """From 1; None in a document without pages."""


def heading_path(headings: list[str]) -> str:
    return " > ".join(each for each in headings if each)
