"""Makes PDFs for tests: pages of lines, with an outline where one is wanted."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def pdf(pages: Sequence[Sequence[str]], outline: Sequence[tuple[str, int]] = (), password: str = "") -> bytes:
    """`outline`: titles with their pages, from 1; one that begins with a space is below the one before."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        page[NameObject("/Contents")] = writer._add_object(_content(lines))
    above = None
    for title, number in outline:
        parent = above if title.startswith(" ") else None
        item = writer.add_outline_item(title=title.strip(), page_number=number - 1, parent=parent)
        above = above if title.startswith(" ") else item
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _content(lines: Sequence[str]) -> DecodedStreamObject:
    escaped = [re.sub(r"([()\\])", r"\\\1", line) for line in lines]
    shown = "".join(f"({line}) Tj T* " for line in escaped)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 14 TL 72 770 Td {shown}ET".encode("cp1252"))
    return stream


def bomb(megabytes: int) -> bytes:
    """One page whose content unpacks to so much."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = DecodedStreamObject()
    stream.set_data(b"BT (x) Tj ET " * (megabytes * 80_000))
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
