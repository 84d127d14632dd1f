"""Telephone numbers: which digits are said in one breath."""

from __future__ import annotations

import re

from pipelines.spoken.tongue import Tongue

REGIONS = {
    "en": "US",
    "es": "ES",
    "fr": "FR",
    "de": "DE",
    "pt": "BR",
    "it": "IT",
    "hi": "IN",
    "ja": "JP",
    "zh": "CN",
}
"""Where a language without a region is at home."""
_DIGITS = re.compile(r"\d++")
LONG = 6
"""A longer group is said in two or more."""


def phone_groups(text: str, tongue: Tongue) -> list[str]:
    """The groups in which it is written; of one that is written without, those of its country where it is a
    number there, else groups of three."""
    groups = _DIGITS.findall(text)
    if len(groups) == 1 or (len(groups) == 2 and text[0] == "+" and len(groups[1]) > LONG):
        groups = _national(text, tongue) or groups
    return [part for group in groups for part in ([group] if len(group) <= LONG else _threes(group))]


def _national(text: str, tongue: Tongue) -> list[str]:
    import phonenumbers

    region = tongue.region or REGIONS.get(tongue.language, "US")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_valid_number(number):
        return []
    kind = phonenumbers.PhoneNumberFormat
    form = phonenumbers.format_number(number, kind.INTERNATIONAL if text[0] == "+" else kind.NATIONAL)
    groups = _DIGITS.findall(form)
    return groups if "".join(groups) == "".join(_DIGITS.findall(text)) else []


def _threes(digits: str) -> list[str]:
    """Threes, and no digit alone: '1234567' -> 123, 4567."""
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups
