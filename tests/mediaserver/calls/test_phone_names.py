"""Whose user names are phones'."""

from __future__ import annotations

import pytest

from mediaserver.calls.phone_names import PhoneNames


@pytest.mark.parametrize("name", ["101", "web-1", "web-ada-2", "web-" + "a" * 28])
def test_a_phones_name(name: str) -> None:
    assert name in PhoneNames(["101"])


@pytest.mark.parametrize("name", ["102", "web-", "web--a", "web-a-", "web-A", "web-ä", "web-" + "a" * 29, 5])
def test_no_phones_name(name: object) -> None:
    assert name not in PhoneNames(["101"])


def test_it_goes_over_those_of_the_settings() -> None:
    assert list(PhoneNames(["101"])) == ["101"] and len(PhoneNames(["101"])) == 1
