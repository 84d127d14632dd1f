"""Where recorded speech, captures and vectors lie that are not part of the project. What reads them skips
where they are absent."""

from __future__ import annotations

from pathlib import Path

TESTDATA = Path(__file__).resolve().parents[2] / "shared" / "testdata"
