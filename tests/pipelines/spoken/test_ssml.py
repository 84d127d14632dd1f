"""The subset of SSML: what it says, what it refuses in one line, and that nothing makes it slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spoken.ssml import (
    DEEPEST,
    LONGEST_BREAK_MS,
    MOST_CHARS,
    MOST_TAGS,
    SsmlSegment,
    escaped,
    parse_ssml,
    written,
)


def said(inner: str) -> tuple[SsmlSegment, ...]:
    return parse_ssml(f"<speak>{inner}</speak>")


def test_words_breaks_and_manners() -> None:
    found = said(
        'Hello <break time="1.5s"/>there, <prosody rate="slow" volume="+3dB">Mr. O&apos;Neil &amp; '
        '<lang xml:lang="de-DE">Söhne</lang></prosody> goodbye.'
    )
    assert found == (
        SsmlSegment("Hello"),
        SsmlSegment("there,", pause_ms=1_500),
        SsmlSegment("Mr. O'Neil &", rate=0.75, gain_db=3.0),
        SsmlSegment("Söhne", language="de-DE", rate=0.75, gain_db=3.0),
        SsmlSegment("goodbye."),
    )
    assert written(found) == "Hello there, Mr. O'Neil & Söhne goodbye."


def test_what_stands_for_something_else_is_said_so_and_shown_as_it_is_written() -> None:
    code, number, alias = said(
        '<say-as interpret-as="characters">AB1</say-as> <say-as interpret-as="ordinal">3</say-as> '
        '<sub alias="World Wide Web Consortium">W3C</sub>'
    )
    assert (code.text, code.said) == ("AB1", "A B one")
    assert (number.text, number.said) == ("3", "third")
    assert (alias.text, alias.said) == ("W3C", "World Wide Web Consortium")
    assert said('<say-as interpret-as="telephone">555 12</say-as>')[0].said == "five five five, one two"


def test_paragraphs_and_sentences_pause_and_unknown_elements_are_read() -> None:
    found = said(
        "<p>One.</p><s>Two.</s><emphasis level='strong'>Three</emphasis>"
        "<phoneme alphabet='arpa' ph='F AO R'>four</phoneme>"
    )
    assert found[-1].phonemes == ""
    assert [(each.text, each.pause_ms) for each in found] == [
        ("One.", 0),
        ("Two.", 500),
        ("Three", 250),
        ("four", 0),
    ]


def test_what_words_sound_like_goes_along_with_them() -> None:
    name, rest = said(
        '<phoneme alphabet="ipa" ph="ˈnaɪki">Nike</phoneme>, <phoneme ph=" ˈnaɪs ">Nice</phoneme>'
    )
    assert (name.text, name.phonemes) == ("Nike,", "ˈnaɪki")
    assert (rest.text, rest.phonemes) == ("Nice", "ˈnaɪs")


@pytest.mark.parametrize(
    ("pitch", "factor"),
    [
        ("high", 1.2),
        ("+12st", 2.0),
        ("-50%", 0.5),
        ("80%", 0.8),
        ("-48st", 0.5),
        ("200Hz", 1.0),
        ("+20Hz", 1.0),
    ],
)
def test_a_pitch_is_a_factor(pitch: str, factor: float) -> None:
    (only,) = said(f'<prosody pitch="{pitch}">so</prosody>')
    assert only.pitch == pytest.approx(factor)


def test_what_is_told_of_words_is_told_of_all_of_them_once() -> None:
    alias, phoneme, nothing = said(
        '<sub alias="World Wide Web">W<emphasis>W</emphasis>W</sub>'
        '<phoneme ph="ˈnaɪki">Ni<break/>ke</phoneme><sub alias="bare"/>'
    )
    assert (alias.text, alias.said) == ("WWW", "World Wide Web")
    assert (phoneme.text, phoneme.phonemes) == ("Nike", "ˈnaɪki")
    assert nothing.text == "bare"


def test_a_declaration_and_comments_are_passed_over() -> None:
    assert parse_ssml(
        '<?xml version="1.0"?>\n<!-- a > b --><speak version="1.1">Yes<!-- no --></speak> '
    ) == (SsmlSegment("Yes"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hello", "line 1, column 1: words outside of <speak>"),
        ("<speak>a\n<b>c</speak>", "line 2, column 5: </speak> closes nothing"),
        ("<speak>a", "<speak> is not closed"),
        ("", "there is no <speak> element"),
        ("<speak>5 < 6</speak>", "write &lt;"),
        ("<speak>a & b</speak>", "write &amp;"),
        ("<speak>&nbsp;</speak>", "is no entity"),
        ("<speak>&#0;</speak>", "is no character"),
        ("<speak>&#xD800;</speak>", "is no character"),
        ('<!DOCTYPE s [<!ENTITY a "b">]><speak>&a;</speak>', "is no element"),
        ("<speak><![CDATA[a]]></speak>", "is no element"),
        ("<speak><?php ?></speak>", "is no element"),
        ("<speak/><speak>a</speak>", "outside of <speak>"),
        ('<speak><break time="soon"/></speak>', "is no time"),
        ('<speak><break strength="mighty"/></speak>', "is no strength"),
        ('<speak><prosody rate="200">a</prosody></speak>', "is no rate"),
        ('<speak><prosody volume="11">a</prosody></speak>', "is no volume"),
        ('<speak><prosody pitch="+3">a</prosody></speak>', "is no pitch"),
        ("<speak><phoneme>a</phoneme></speak>", "needs its ph"),
        (f'<speak><phoneme ph="{"x" * 101}">a</phoneme></speak>', "more than 100 characters"),
        ('<speak xml:lang="not a tag">a</speak>', "is no language tag"),
        ("<speak>" + "<p>" * (DEEPEST + 1), "nested"),
        ("<speak>" + "<break/>" * (MOST_TAGS + 1), "more than"),
        ("x" * (MOST_CHARS + 1), "too long"),
    ],
)
def test_a_mistake_is_told_in_one_line(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=".") as error:
        parse_ssml(text)
    assert says in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("markup", "spoken"),
    [
        ('It costs 5 <sub alias="euros">€</sub>', SsmlSegment("€", "euros")),
        ('Then press <phoneme ph="hæʃ">#</phoneme>', SsmlSegment("#", phonemes="hæʃ")),
    ],
)
def test_a_sign_that_is_told_how_to_be_said_is_said(markup: str, spoken: SsmlSegment) -> None:
    """Others are only written behind what was said."""
    assert said(markup)[1] == spoken


def test_breaks_do_not_add_up_for_ever() -> None:
    (only,) = said('<break time="9s"/>' * 50)
    assert only == SsmlSegment("", pause_ms=LONGEST_BREAK_MS)


@given(st.text(max_size=200))
def test_escaped_words_are_words(text: str) -> None:
    """What a caller says cannot become markup."""
    allowed = "".join(each for each in text if each >= " " and not 0xD800 <= ord(each) <= 0xDFFF)
    found = said(escaped(allowed))
    assert " ".join(written(found).split()) == " ".join(allowed.split())
    assert all(each == SsmlSegment(each.text) for each in found)
    for quote in "\"'":
        (only,) = said(f"<sub alias={quote}{escaped(allowed[:50])}.{quote}>it</sub>")
        assert only.said == f"{allowed[:50]}." and only.text == "it"


@given(st.text(st.sampled_from("<>/&;#x1\"'= abpresk-!?[]"), max_size=300))
def test_anything_is_read_or_refused(text: str) -> None:
    for whole in (text, f"<speak>{text}</speak>"):
        try:
            parse_ssml(whole)
        except ValueError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    "piece", ["<", "<a", "<a ", "&", "&#", "<!--", "<a b='", '<a b="c" ', "</", " ", "a=", "<s>", "<?xml "]
)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    """What takes time in proportion to the square hangs here."""
    text = "<speak>" + piece * (MOST_CHARS // len(piece) - 10)
    with pytest.raises(ValueError, match="no SSML"):
        parse_ssml(text)
