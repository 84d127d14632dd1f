"""What is read of documents, and what is said of those that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaserver.errors import ConfigError, PeerError
from pipelines.knowledge import documents
from pipelines.knowledge.blocks import TextBlock
from pipelines.knowledge.documents import MOST_BYTES, document, read_document
from pipelines.knowledge.passages import LEAST_WORDS, MOST_CHARACTERS, MOST_WORDS, count_words, passages
from pipelines.knowledge.pdf_reader import pdf_blocks
from pipelines.knowledge.text_reader import decoded, markdown_blocks, plain_blocks
from tests.pipelines.knowledge.pdfs import bomb, pdf

MARKDOWN = """\
---
title: not this
---
Before **all** <b>headings</b>.

# Opening hours #
We open at [nine](https://x.example/a "t"), <!-- a
secret --> every day.
- on Sundays at ten
- never on holidays

Closed
------
```
# no heading
```
### Christmas
From the 24th.
## Parking
Behind the house.
"""


def test_markdown_is_read_with_the_headings_that_it_stands_under() -> None:
    assert markdown_blocks(MARKDOWN) == [
        TextBlock("Before all  headings ."),
        TextBlock("We open at nine,   every day.\n- on Sundays at ten\n- never on holidays", "Opening hours"),
        TextBlock("# no heading", "Opening hours > Closed"),
        TextBlock("From the 24th.", "Opening hours > Closed > Christmas"),
        TextBlock("Behind the house.", "Opening hours > Parking"),
    ]


def test_plain_text_has_paragraphs() -> None:
    assert plain_blocks("a\nb\n \n\n c") == [TextBlock("a\nb"), TextBlock("c")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_texts_are_read_as_they_are_marked(encoding: str) -> None:
    assert decoded("Größe\r\n語".encode(encoding)) == "Größe\n語"


@pytest.mark.parametrize(
    ("data", "why"),
    [("ab\nGröße".encode("latin1"), r"no UTF-8 text \(line 2\): convert it"), (b"a\0b", "zero bytes")],
)
def test_what_is_no_text_is_said(data: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        decoded(data)


def sentences(count: int, words: int) -> str:
    return " ".join(f"S{n} {'word ' * (words - 2)}end." for n in range(count))


def test_passages_are_of_a_length_that_can_be_quoted_and_overlap() -> None:
    made = passages([TextBlock(sentences(60, 12), "A", 3)])
    lengths = [count_words(each.text) for each in made]
    assert all(LEAST_WORDS <= length <= MOST_WORDS for length in lengths[:-1])
    assert {(each.heading, each.page) for each in made} == {("A", 3)}
    for one, other in zip(made, made[1:], strict=False):
        assert other.text.split(".")[0] in one.text  # begins with the end of the one before
    together = " ".join(each.text for each in made)
    assert all(f"S{n} " in together for n in range(60))


def test_no_passage_crosses_a_heading_and_short_paragraphs_are_joined() -> None:
    blocks = [TextBlock("One.", "A", 1), TextBlock("Two.", "A", 2), TextBlock("Three.", "B", 2)]
    made = passages(blocks)
    assert [(each.text, each.heading, each.page) for each in made] == [
        ("One.\nTwo.", "A", 1), ("Three.", "B", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["word " * 5000, "x" * 100_000, "語" * 9_000, ("long " * 150 + ". ") * 5, "a.b " * 3000]
)
def test_what_has_no_sentences_is_cut_all_the_same(text: str) -> None:
    made = passages([TextBlock(text)])
    assert max(len(each.text) for each in made) <= MOST_CHARACTERS
    assert max(count_words(each.text) for each in made) <= MOST_WORDS + 1
    assert sum(len(each.text.replace(" ", "")) for each in made) >= len(text.replace(" ", ""))


async def test_a_pdf_is_read_with_its_pages_and_outline() -> None:
    pages = [
        ["Handbook", "The machine has a", "red switch of emer-", "gency.", "1"],
        ["Handbook", "Fire: leave the house at once.", "2"],
        ["Handbook", "Call the number \\ 112 (free).", "3"],
        ["Handbook", "Then wait outside for the fire brigade to come.", "4"],
    ]
    outline = [("Machine", 1), ("Safety", 2), (" Alarm", 3)]
    assert await pdf_blocks(pdf(pages, outline)) == [
        TextBlock("The machine has a red switch of emergency.", "Machine", 1),
        TextBlock("Fire: leave the house at once.", "Safety", 2),
        TextBlock("Call the number \\ 112 (free).", "Safety > Alarm", 3),
        TextBlock("Then wait outside for the fire brigade to come.", "Safety > Alarm", 4),
    ]


LINES = [["Some words on a page that is quite ordinary."]]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (pdf(LINES, password="secret"), "it is encrypted: save it without a password"),
        (pdf([[], [], []]), "its pages are pictures"),
        (b"%PDF-1.7\nnothing of the kind", "it cannot be read as PDF"),
        (b"", "it cannot be read as PDF"),
        (pdf(LINES)[:300], "it cannot be read as PDF"),
    ],
    ids=["encrypted", "scanned", "no pdf", "empty", "cut"],
)
async def test_a_pdf_that_cannot_be_used_is_said_with_what_would_help(data: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        await pdf_blocks(data)


async def test_a_pdf_with_a_password_for_its_owner_alone_is_read() -> None:
    assert await pdf_blocks(pdf(LINES, password="")) == [TextBlock(LINES[0][0], "", 1)]


async def test_a_pdf_that_unpacks_to_more_than_there_is_is_given_up() -> None:
    with pytest.raises(PeerError, match="memory|cannot be read as PDF|it has no text"):
        await pdf_blocks(bomb(400))


async def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(PeerError, match="reading it takes more than 0 seconds"):
        await pdf_blocks(pdf(LINES), time_s=0.001)


async def test_a_document_is_known_by_its_content() -> None:
    one = await document(b"# A\nx\n", "Markdown", "house", "de-at", "a.md")
    assert (one.config, one.language, one.pages, one.bytes) == ("german", "de-at", None, 6)
    assert len(one.digest) == 64
    assert one.passages[0].heading == "A"


async def test_a_long_text_is_read_apart_from_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """One regular expression over a line of 15 MB held up all calls for 1.7 s, also from a thread."""
    here = await document(MARKDOWN.encode(), "Markdown", "house", "en", "a.md")
    long = b"word " * (documents.MOST_HERE // 5 + 1)

    def never(*_: object) -> None:
        raise AssertionError("it is read here")

    monkeypatch.setattr(documents, "text_blocks", never)
    assert len((await document(long, "text", "house", "en", "long.txt")).passages) > 100
    monkeypatch.setattr(documents, "MOST_HERE", 0)
    assert await document(MARKDOWN.encode(), "Markdown", "house", "en", "a.md") == here
    for data, why in ((b"\xff\n", "it is no UTF-8 text"), (b" ", "it has no text")):
        with pytest.raises(PeerError, match=why):
            await document(data, "text", "house", "en", "a.txt")
    monkeypatch.setattr(documents, "TIME_S", 0.001)
    with pytest.raises(PeerError, match="takes more than 0 seconds"):
        await document(long, "text", "house", "en", "long.txt")
    monkeypatch.setattr(documents, "MOST_TEXT_BYTES", 10)
    with pytest.raises(PeerError, match="the most for a text: split it"):
        await document(long, "text", "house", "en", "long.txt")


async def test_files_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    empty = tmp_path / "empty.md"
    empty.write_text("\n# \n")
    for path, error, why in (
        (large, PeerError, "it is larger than 32 MiB: split it"),
        (empty, PeerError, "empty.md: it has no text"),
        (tmp_path / "gone.md", ConfigError, "gone.md: No such file"),
        (tmp_path / "table.xlsx", ConfigError, "name it .md, .markdown"),
        (tmp_path, ConfigError, "of what kind it is cannot be told"),
    ):
        with pytest.raises(error, match=why):
            await read_document(path, "house", "en")
    with pytest.raises(ConfigError, match="no collection can be called 'a b'"):
        await read_document(empty, "a b", "en")


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# One", "One"), ("## Two ##", "Two"), ("#", ""), ("# ##", ""), ("# C#", "C#"), ("# a #b", "a #b"),
        ("   ###\tThree \t#\t", "Three"), ("# a # #", "a #"),
    ],
)  # fmt: skip
def test_a_heading_is_what_stands_between_its_marks(line: str, title: str) -> None:
    (block,) = markdown_blocks(f"{line}\ntext")
    assert block.heading == title


def test_a_document_made_to_be_slow_is_not() -> None:
    """A heading with a million spaces took hours, in which nothing could stop it."""
    assert markdown_blocks("# a" + " " * 1_000_000 + "b\ntext")[0].text == "text"
    assert len(markdown_blocks("<!-- " * 400_000)) == 1
    assert [each.text for each in markdown_blocks("a <!-- b -->c<!---->d<!-- e")] == ["a  c d<!-- e"]
