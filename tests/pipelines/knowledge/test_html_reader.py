"""What is read of pages, and that no page takes long."""

from __future__ import annotations

import pytest

from pipelines.knowledge.blocks import TextBlock
from pipelines.knowledge.html_reader import html_blocks

PAGE = """<!DOCTYPE html><html><head><title>Caf&eacute;</title><style>p { x: "</p>" }</style></head>
<body><nav><ul><li>Home<li>Shop</ul></nav><!-- <p>not this</p> -->
<h1>Opening <em>hours</em></h1><p>We open at
nine &amp; close at six.</p><ul><li>Sundays: ten</li><li>Mondays: <b>closed</b></li></ul>
<script>if (a < b) document.write("<p>nor this</p>")</script>
<h3>Holidays</h3><table><tr><td>May 1</td><td>closed</td></tr></table>
<h2>Parking</h2>Behind the house, 2 < 3.<br>Free.<footer>Imprint</footer></body></html>"""


def test_a_page_is_read_with_the_headings_that_it_stands_under() -> None:
    assert html_blocks(PAGE) == [
        TextBlock("We open at nine & close at six.", "Opening hours"),
        TextBlock("Sundays: ten\nMondays: closed", "Opening hours"),
        TextBlock("May 1 closed", "Opening hours > Holidays"),
        TextBlock("Behind the house, 2 < 3.\nFree.", "Opening hours > Parking"),
    ]


def test_a_page_without_headings_stands_under_its_title() -> None:
    assert html_blocks("<title>Fees</title><p>Ten.") == [TextBlock("Ten.", "Fees")]


@pytest.mark.parametrize(
    "part", ["<", "<!--", "<script>", "<p", "</", "<nav>", "&", "<h1>", "<!", "a<b ", "<svg/>", "</nav>"]
)
def test_pages_without_sense_are_read_to_their_end(part: str) -> None:
    html_blocks(part * 20_000)
