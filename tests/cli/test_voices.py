"""`voiceforge voices`: the catalogue on the terminal, without a server."""

from __future__ import annotations

import json

import pytest

from cli.main import FAILED, OK, main
from pipelines.voices.catalogue import catalogue


def test_the_voices_of_a_language_are_listed_with_who_speaks_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "list", "--language", "pt", "--gender", "female", "--json"]) == OK
    found = json.loads(capsys.readouterr().out)["voices"]
    assert [voice["id"] for voice in found] == ["pt-br-camila", "pt-br-larissa", "pt-pt-beatriz"]
    assert {voice["spoken_by"] for voice in found} == {"espeak-ng"}
    assert main(["voices", "list", "storyteller", "--ready"]) == OK
    shown = capsys.readouterr().out
    assert "hi-tara" in shown and "brx-kalpana" not in shown
    assert main(["voices", "list", "--json"]) == OK
    assert len(json.loads(capsys.readouterr().out)["voices"]) == len(catalogue().voices)


def test_one_voice_says_what_it_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "show", "sa-aryan"]) == OK
    shown = " ".join(capsys.readouterr().out.split())
    assert "made for indic-parler-tts, which lacks" in shown and "no engine can speak it now" in shown
    assert main(["voices", "show", "hi-divya", "--json"]) == OK
    assert json.loads(capsys.readouterr().out)["instead_of"] == "indic-parler-tts"
    assert main(["voices", "show", "hi-dviya"]) == FAILED
    assert "did you mean 'hi-divya'?" in capsys.readouterr().err
