"""Reads plain text and Markdown (CommonMark's headings, fences, links) into blocks. Linear in the text."""

from __future__ import annotations

import re

from mediaserver.errors import PeerError
from pipelines.knowledge.blocks import TextBlock, heading_path

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})")
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,2000}(?:[ \t]+\"[^\"]{0,500}\")?\)")
_MARKS = re.compile(r"(\*\*|__|~~|`)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}+>")
_COMMENT, _COMMENT_END = "<!--", "-->"
MOST_COMMENT = 5_000
"""Characters; what has no end by then is text."""
MOST_HEADING = 200
"""Characters; a line that is longer is no heading that anybody would be shown."""


def decoded(data: bytes) -> str:
    """Raises PeerError for what is no text in UTF-8, or in UTF-16 with its mark."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            encoding = name
            break
    else:
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PeerError(
            f"it is no UTF-8 text (line {line}): convert it, for example with `iconv -f latin1 -t utf-8`"
        ) from None
    if "\0" in text:
        raise PeerError("it is no text: it has zero bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def plain_blocks(text: str) -> list[TextBlock]:
    """Paragraphs are parted by empty lines."""
    return [TextBlock(each) for part in re.split(r"\n[ \t]*\n", text) if (each := part.strip())]


def markdown_blocks(text: str) -> list[TextBlock]:
    reader = _Markdown()
    for line in _without_front_matter(_TAG.sub(" ", _without_comments(text)).split("\n")):
        reader.line(line)
    reader.end()
    return reader.blocks


class _Markdown:
    def __init__(self) -> None:
        self.blocks: list[TextBlock] = []
        self._headings = [""] * 6
        self._lines: list[str] = []
        self._fence = ""

    def line(self, line: str) -> None:
        if self._fence:
            if line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
                self._fence = ""
            else:
                self._lines.append(line)
        elif fence := _FENCE.match(line):
            self._fence = fence[1]
        elif heading := _HEADING.match(line):
            self.end()
            self._head(len(heading[1]), _title(line[heading.end() :]))
        elif (under := _UNDERLINE.fullmatch(line)) and len(self._lines) == 1:
            title = self._lines.pop()
            self._head(1 if under[1][0] == "=" else 2, title)
        elif not line.strip() or _RULE.fullmatch(line):
            self.end()
        else:
            self._lines.append(_bare(line))

    def end(self) -> None:
        """Of a block."""
        text = "\n".join(self._lines).strip()
        self._lines = []
        if text:
            self.blocks.append(TextBlock(text, heading_path(self._headings)))

    def _head(self, level: int, title: str) -> None:
        self._headings[level - 1 :] = [_bare(title).strip()[:MOST_HEADING], *[""] * (6 - level)]


def _title(written: str) -> str:
    """Without the marks that may close a heading."""
    title = written.strip(" \t")
    closed = title.rstrip("#")
    return closed.rstrip(" \t") if not closed or closed[-1] in " \t" else title


def _without_comments(text: str) -> str:
    parts, at, end = list[str](), 0, 0
    begin = text.find(_COMMENT)
    while begin >= 0:
        inside = begin + len(_COMMENT)
        if end < inside and (end := text.find(_COMMENT_END, inside)) < 0:
            break
        if end - inside > MOST_COMMENT:
            begin = text.find(_COMMENT, inside)
            continue
        parts += [text[at:begin], " "]
        at = end + len(_COMMENT_END)
        begin = text.find(_COMMENT, at)
    return "".join([*parts, text[at:]])


def _bare(line: str) -> str:
    """As it is read aloud: links by their text, no marks of emphasis."""
    return _MARKS.sub("", _LINK.sub(r"\1", line))


def _without_front_matter(lines: list[str]) -> list[str]:
    if lines and lines[0].strip() == "---":
        for at, line in enumerate(lines[1:200], 1):
            if line.strip() in ("---", "..."):
                return lines[at + 1 :]
    return lines
