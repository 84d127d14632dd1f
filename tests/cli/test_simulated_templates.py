"""The flows that come with us, called by their own personas by text: who draws a flow may begin with any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from pipelines.flows.shipped import templates


@pytest.mark.parametrize("name", templates())
def test_a_template_passes_its_personas(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    personas = templates()[name].personas
    if all("model" in each.get("tags", ()) for each in personas):
        pytest.skip("all of its callers need a language model")
    code = main(["simulate", name, "--text", "--json"])
    result = json.loads(capsys.readouterr().out)
    assert code == 0, result["failed"]
    assert result["calls"] >= 1
