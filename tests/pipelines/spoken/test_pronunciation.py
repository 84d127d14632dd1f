"""What is said for words that a voice gets wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.serving.pronunciations import open_dictionary
from mediaserver.errors import ConfigError
from mediaserver.settings.service import AgentSettings
from pipelines.spoken.dictionary import EMPTY, read_dictionary
from pipelines.spoken.forms import spoken
from pipelines.spoken.pronunciation import NONE, Pronunciations
from tests.fakes import Conversation, Reply, ScriptedAgent

OWN = Pronunciations(
    {
        "nginx": "engine x",
        "Polish": "Pole ish",
        "new york": "Noo York",
        "new york city": "the big apple",
        "C++": "see plus plus",
        "AB12": "alpha bravo twelve",
        "24/7": "around the clock",
        "東京": "とうきょう",
    }
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Use nginx, Nginx or NGINX.", "Use engine x, engine x or engine x."),
        ("Polish the Polish shoes, polish!", "Pole ish the Pole ish shoes, polish!"),
        ("New  York and New York City", "Noo York and the big apple"),
        ("renginxed nginxes", "renginxed nginxes"),
        ("C++ and code AB12", "see plus plus and code alpha bravo twelve"),
        ("open 24/7, at 2:30", "open 24/7, at two thirty a m"),
        ("**nginx** at 5 km", "engine x at five kilometers"),
    ],
)
def test_whole_words_the_longest_first(written: str, said: str) -> None:
    assert spoken(written, "en", OWN).spoken == said.replace("24/7", "around the clock")


def test_a_language_without_spaces_has_entries_too() -> None:
    assert spoken("明日は東京です。", "ja", OWN).spoken == "明日はとうきょうです。"


def test_the_written_word_is_kept() -> None:
    form = spoken("Ask nginx now", "en", OWN)
    assert [word.written for word in form.words] == ["Ask", "nginx", "now"]


async def test_an_agents_voice_says_it_and_the_transcript_does_not() -> None:
    talk = Conversation(ScriptedAgent(Reply("Restart nginx.")), pronunciations=OWN)
    await talk.until_quiet()
    assert talk.tts.spoken == ["Restart engine x."]
    assert talk.call.lines()[0].heard == "Restart nginx."


@given(st.text(max_size=50), st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=5))
def test_any_entries_leave_every_written_word(text: str, entries: dict[str, str]) -> None:
    form = spoken(text, "en", Pronunciations(entries))
    if form.words:
        assert "".join("".join(word.written.split()) for word in form.words) == "".join(text.split())


def test_fifty_thousand_entries_take_time_in_proportion_to_the_text() -> None:
    """Each entry tried at each word would take minutes."""
    own = Pronunciations({f"word{n} more": str(n) for n in range(50_000)})
    assert len(own) == 50_000
    assert spoken("word7 more " * 300, "en", own).spoken.split() == ["7"] * 300


FILE = """
["*"]
nginx = "engine x"
[en]
nginx = "engine ex"
data = "dayta"
["en-GB"]
data = "dahta"
[voice.brian]
data = "DATA"
"""


def test_a_voice_counts_before_a_region_and_that_before_a_language() -> None:
    dictionary = read_dictionary(FILE)
    said = [
        [spoken("nginx data", tag, dictionary.of(tag, voice)).spoken for voice in ("", "brian")]
        for tag in ("de", "en-US", "en-GB")
    ]
    assert said == [
        ["engine x data", "engine x DATA"],
        ["engine ex dayta", "engine ex DATA"],
        ["engine ex dahta", "engine ex DATA"],
    ]
    assert EMPTY.of("en", "x") is NONE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = ", "no TOML"),
        ('nginx = "x"', "outside of a table"),
        ("[en]\nnginx = 3", "'nginx' of \\[en\\] must be a word"),
        ("voice = 3", "of a voice stand in a table"),
        ('[en]\n"" = "x"', "must be a word"),
    ],
)
def test_a_file_with_a_mistake_says_where(text: str, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        read_dictionary(text)


def test_the_file_that_the_settings_name_is_read_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    with pytest.raises(ConfigError, match="cannot be read"):
        open_dictionary(AgentSettings(pronunciations=str(path)))
    path.write_text(FILE)
    assert len(open_dictionary(AgentSettings(pronunciations=str(path))).of("en")) == 2
    assert open_dictionary(AgentSettings()) is EMPTY
