"""docs/interop.md names every setting of a trunk."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sip.trunks.spec import Quirks, TrunkSpec

PAGE = (Path(__file__).parents[3] / "docs" / "interop.md").read_text()


@pytest.mark.parametrize(
    "name", [each.name for each in fields(TrunkSpec) if each.name not in ("name", "quirks")]
)
def test_every_setting_is_documented(name: str) -> None:
    assert re.search(rf"^\| [^|]*`{name}`", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", [each.name for each in fields(Quirks)])
def test_every_quirk_is_documented(name: str) -> None:
    assert f"| `quirks.{name}` |" in PAGE
