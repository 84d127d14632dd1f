"""The conversation set for real: a server, SIP, and one case of each family."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from callers.cases.families import ABOUT
from callers.voices import Voices

pytestmark = pytest.mark.slow
SURE = ("keys",)
"""What has to pass on any machine, were it ever so busy: keys wait for no recogniser."""


@pytest.mark.timeout(900)
def test_a_case_of_each_family_is_played_and_judged(tmp_path: Path) -> None:
    voices = Voices()
    for voice in ("slt", "recorded"):
        if why := voices.missing(voice):
            pytest.skip(why)
    command = [sys.executable, "-m", "mediaserver", "bench", "conversation", "--quick", "--save"]
    ran = subprocess.run(
        [*command, str(tmp_path / "result.json"), "--keep", str(tmp_path / "calls")],
        capture_output=True,
        text=True,
        timeout=880,
    )
    assert ran.returncode in (0, 1), ran.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert set(result["families"]) == {*ABOUT, "all"}
    assert len(list((tmp_path / "calls").glob("*.wav"))) == len(ABOUT)
    broken = [why for reasons in result["failed"].values() for why in reasons if "verdict failed" in why]
    assert not broken
    for family in SURE:
        assert result["families"][family]["passed"] == 1, result["failed"]
