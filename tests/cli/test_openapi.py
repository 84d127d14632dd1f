"""`voiceforge openapi` writes the document without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main


def test_the_document_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["openapi"].startswith("3.1") and "/api/health" in shown["paths"]
    assert main(["openapi", "--output", str(tmp_path / "o.json")]) == 0
    assert json.loads((tmp_path / "o.json").read_text()) == shown
