"""Reports as files that a spreadsheet may open."""

from __future__ import annotations

import pytest

from api.reporting import FORMULAS, to_csv


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_calculate_is_one_no_more(begins: str) -> None:
    header, line = to_csv([{"agent": f"{begins}cmd|x"}], ["agent"]).replace("\r\n", "\n").splitlines()[:2]
    assert begins in FORMULAS and header == "agent"
    assert line.lstrip('"').startswith("'")


def test_numbers_stay_numbers_and_what_is_not_known_is_empty() -> None:
    assert to_csv([{"amount": -1.5, "cost": None}], ["amount", "cost"]) == "amount,cost\r\n-1.5,\r\n"
