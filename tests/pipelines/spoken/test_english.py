"""What a voice says of English."""

from __future__ import annotations

import pytest

from pipelines.spoken.forms import spoken

AMERICAN = [
    ("room 42", "room forty-two"),
    ("1,200 people", "one thousand two hundred people"),
    ("3.5% or 20%", "three point five percent or twenty percent"),
    ("code 007", "code zero zero seven"),
    ("2,000,000", "two million"),
    (
        "1,234,567.89",
        "one million two hundred thirty-four thousand five hundred sixty-seven point eight nine",
    ),
    ("0.5 & -3", "zero point five and minus three"),
    ("the 3rd and 20th", "the third and twentieth"),
    ("the 101st time", "the one hundred first time"),
    ("½ cup, 2½ cups", "one half cup, two and a half cups"),
    ("3/4 full", "three quarters full"),
    ("open 24/7", "open twenty-four seven"),
    ("10-15 days", "ten to fifteen days"),
    ("10–15 days", "ten to fifteen days"),
    ("Henry VIII", "Henry the eighth"),
    ("Chapter IV, where I went", "Chapter four, where I went"),
    ("vitamin C and plan B", "vitamin C and plan B"),
    ("9" * 20, " ".join(["nine"] * 20)),
    # times
    ("At 2:30 p.m. today.", "At two thirty p m today."),
    ("At 14:05 sharp", "At two oh five p m sharp"),
    ("At 12:00.", "At noon."),
    ("by 9am", "by nine a m"),
    ("9am-5pm", "nine a m to five p m"),
    ("9:00-17:00", "nine a m to five p m"),
    ("99:99", "99:99"),
    ("25:10", "25:10"),
    # dates
    ("on 2026-11-24,", "on November twenty-fourth, twenty twenty-six,"),
    ("on 2026-13-99", "on 2026-13-99"),
    ("2026-11-24T09:30:00Z", "November twenty-fourth, twenty twenty-six, nine thirty a m"),
    ("on 11/24/2026", "on November twenty-fourth, twenty twenty-six"),
    ("on 24/11/2026", "on November twenty-fourth, twenty twenty-six"),
    ("on November 24, 2026", "on November twenty-fourth, twenty twenty-six"),
    ("on Nov 3rd", "on November third"),
    ("May 5 at 3pm", "May fifth at three p m"),
    ("you may call 5 times", "you may call five times"),
    ("in March 2026", "in March twenty twenty-six"),
    ("in 1984", "in nineteen eighty-four"),
    ("since 2005", "since two thousand five"),
    ("1984 people", "one thousand nine hundred eighty-four people"),
    ("the 1990s", "the nineteen nineties"),
    ("02/30/2026", "02/30/2026"),
    # money
    ("$20.50", "twenty dollars and fifty cents"),
    ("$1", "one dollar"),
    ("$0.99", "ninety-nine cents"),
    ("£3.99", "three pounds and ninety-nine pence"),
    ("20 EUR or €5", "twenty euros or five euros"),
    ("$1.5 million", "one point five million dollars"),
    ("$5-$10", "five dollars to ten dollars"),
    ("-$5", "minus five dollars"),
    ("100 SEK", "one hundred Swedish kronor"),
    # phones
    (
        "call +1 650 253 0000",
        "call plus one, six five zero, two five three, zero zero zero zero",
    ),
    ("call 555-1234", "call five five five, one two three four"),
    ("(650) 253-0000", "six five zero, two five three, zero zero zero zero"),
    ("6502530000", "six five zero, two five three, zero zero zero zero"),
    ("order 12345678", "order one two three, four five six, seven eight"),
    # addresses and codes
    ("john.smith@example.com.", "john dot smith at example dot com."),
    ("https://www.example.com/help?x=1", "W W W dot example dot com slash help"),
    ("see example.org", "see example dot org"),
    ("192.168.1.1", "one nine two dot one six eight dot one dot one"),
    ("version 3.11.2", "version three point eleven point two"),
    ("code AB12", "code A B one two"),
    ("gate B4, 5G, A320", "gate B four, five G, A three two zero"),
    ("COVID-19", "COVID nineteen"),
    ("#5", "number five"),
    ("Press 1, or # to repeat.", "Press one, or pound to repeat."),
    ("Press * to go back, or #.", "Press star to go back, or pound."),
    ("It is *very* good. *", "It is very good. star"),
    ("5 * 3", "five times three"),
    ("* first", "first"),
    # units
    ("120 km/h", "one hundred twenty kilometers per hour"),
    ("25 m² or 25 m2", "twenty-five square meters or twenty-five square meters"),
    ("16 GB, 1 kg", "sixteen gigabytes, one kilogram"),
    ("-5 °C", "minus five degrees Celsius"),
    ("20°", "twenty degrees"),
    # abbreviations
    ("Dr. Smith, e.g.", "Doctor Smith, for example."),
    ("No. 5. No.", "number five. No."),
    ("St. John", "Saint John"),
    ("apples, pears etc.", "apples, pears et cetera."),
    ("AT&T", "AT and T"),
    # markup
    ("**Bold** and _it_ and `x`", "Bold and it and x"),
    ("[our page](https://x.com/y) now", "our page now"),
    ("![a cat](cat.png)", "a cat"),
    ("<b>Hello</b>, you", "Hello, you"),
    ("Tom &amp; Jerry", "Tom and Jerry"),
    ("as shown [1][2].", "as shown."),
    ("## Heading", "Heading"),
    ("- [x] done", "done"),
    ("| a | b |", "a, b"),
    ("|---|---|", ""),
    ("```python\nprint(1)\n```", ""),
    ("<script>alert(1)</script>", ""),
    ("<think>secret</think>", ""),
    ("snake_case_name", "snake case name"),
    # what nobody can say
    ("Done 🎉👍🏽!", "Done!"),
    ("🎉🎉", ""),
    ("... — ...", ""),
    ("zero\u200bwidth\u202e", "zerowidth"),
    ("a\x07b\x1b[31mc", "abc"),
    ("what?!?!?! no!!!", "what? no!"),
    ("１２ ＡＢ", "twelve AB"),
    ("२०२६", "two thousand twenty-six"),
    ("𝐇𝐞𝐥𝐥𝐨", "Hello"),
]


@pytest.mark.parametrize(("written", "said"), AMERICAN)
def test_american(written: str, said: str) -> None:
    assert spoken(written, "en").spoken == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("205", "two hundred and five"),
        ("24/11/2026", "the twenty-fourth of November twenty twenty-six"),
        ("on the 24 November", "on the twenty-fourth of November"),
        ("3/4/2026", "the third of April twenty twenty-six"),
        ("020 7946 0018", "zero two zero, seven nine four six, zero zero one eight"),
    ],
)
def test_british(written: str, said: str) -> None:
    assert spoken(written, "en-GB").spoken == said


def test_written_words_know_their_place_in_the_spoken_text() -> None:
    form = spoken("At 2:30 p.m. in **room 42.**", "en-gb")
    assert [(word.written, form.spoken[word.start : word.end]) for word in form.words] == [
        ("At", "At"),
        ("2:30 p.m.", "two thirty p m"),
        ("in", "in"),
        ("**room", "room"),
        ("42.**", "forty-two."),
    ]
