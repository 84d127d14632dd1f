"""Reads a page of HTML into blocks: its headings and what stands under them, without what only browsers use.

Pages are strangers'. Each character is looked at a bounded number of times, whatever a page says.
"""

from __future__ import annotations

import html
import re

from pipelines.knowledge.blocks import TextBlock, heading_path
from pipelines.knowledge.text_reader import MOST_HEADING

_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]{0,20})")
_ASIDE = frozenset(
    ("script", "style", "noscript", "template", "title", "svg", "math", "head", "iframe", "object")
)
"""Nobody reads these; the title is in the head, and taken from there."""
_AROUND = frozenset(("nav", "footer", "button", "select", "form"))
"""What stands around what a page says, the same on each page of a site."""
_BREAKS = frozenset(
    ("p", "div", "section", "article", "main", "header", "table", "ul", "ol", "dl", "blockquote", "pre")
    + ("figure", "figcaption", "details", "summary", "address", "body", "html", "hr", "aside")
)
_LINES = frozenset(("br", "li", "tr", "dt", "dd", "option"))
_CELLS = frozenset(("td", "th"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")


def html_blocks(text: str) -> list[TextBlock]:
    """Under its title, where it has no heading of the first level."""
    title = _TITLE.search(text[:100_000])
    reader = _Page(_plain(title[1]) if title else "")
    at = 0
    while at < len(text):
        begin = text.find("<", at)
        if begin < 0:
            begin = len(text)
        reader.text(text[at:begin])
        at = _behind_tag(text, begin, reader)
    reader.end()
    return reader.blocks


def _behind_tag(text: str, begin: int, reader: _Page) -> int:
    """Where what follows a tag, comment or declaration at `begin` starts. What has no end goes to the end."""
    if text.startswith("<!--", begin):
        end = text.find("-->", begin + 4)
        return len(text) if end < 0 else end + 3
    name = _NAME.match(text, begin + 1)
    if name is None and text[begin + 1 : begin + 2] not in ("!", "?", "/"):
        reader.text(text[begin : begin + 1])
        return begin + 1
    end = text.find(">", begin)
    if end < 0:
        return len(text)
    if name is None:
        return end + 1
    tag, closes = name[1].lower(), name[0].startswith("/")
    if tag in _ASIDE and not closes:
        return end + 1 if text[end - 1] == "/" else _behind(text, tag, end + 1)
    reader.tag(tag, closes)
    return end + 1


def _behind(text: str, tag: str, at: int) -> int:
    """Behind the end of an element of which nothing is read."""
    end = re.compile(rf"</{tag}[^<>]{{0,200}}>", re.IGNORECASE).search(text, at)
    return len(text) if end is None else end.end()


class _Page:
    def __init__(self, title: str) -> None:
        self.blocks: list[TextBlock] = []
        self._headings = [title, *[""] * 5]
        self._parts: list[str] = []
        self._level = 0
        """Of the heading that is being read; 0: none is."""
        self._around: list[str] = []
        """Elements that are open in which nothing is read."""

    def text(self, raw: str) -> None:
        if raw and not self._around:
            self._parts.append(_SPACES.sub(" ", html.unescape(raw)))

    def tag(self, name: str, closes: bool) -> None:
        if name in _AROUND:
            self.end()
            if not closes:
                self._around.append(name)
            elif name in self._around:
                del self._around[self._around.index(name) :]
        elif name in _HEADINGS:
            self.end()
            self._level = 0 if closes else _HEADINGS[name]
        elif name in _BREAKS:
            if not self._level:
                self.end()
        elif name in _LINES and not closes:
            self._parts.append("\n")
        elif name in _CELLS and not closes:
            self._parts.append("  ")

    def end(self) -> None:
        """Of a block."""
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        text = "\n".join(line for line in lines if line)
        self._parts = []
        if not text:
            return
        if self._level:
            self._headings[self._level - 1 :] = [_plain(text)[:MOST_HEADING], *[""] * (6 - self._level)]
        else:
            self.blocks.append(TextBlock(text, heading_path(self._headings)))


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())[:MOST_HEADING]
