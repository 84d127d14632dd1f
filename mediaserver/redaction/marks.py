"""Mail addresses, bank accounts and cards: what is known by its form and its check digits. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENDS = (
    "com|org|net|info|biz|io|ai|app|dev|edu|gov|eu|co|uk|de|at|ch|fr|be|nl|es|it|pt|pl|cz|ru|tr|se|no|dk|fi|ie|in|jp|"
    "cn|kr|au|nz|us|ca|mx|br|ar|za"
)
"""How read-out addresses end; "that dot on the page" is none."""
_MAIL = re.compile(
    r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}"
    # Read out: "ann dot smith at example dot com".
    r"|(?<!\w)[\w-]{1,63}(?:\s(?:dot|punkt|point|punto|ponto|punt|kropka|underscore|unterstrich)\s[\w-]{1,63}){0,4}"
    r"\s(?:at|ät|arobase|arroba|chiocciola|apenstaartje|małpa)\s"
    r"[\w-]{1,63}(?:\s(?:dot|punkt|point|punto|ponto|punt|kropka)\s[\w-]{1,63}){0,4}?"
    rf"\s(?:dot|punkt|point|punto|ponto|punt|kropka)\s(?:{_ENDS})(?!\w)",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9])")
_LENGTHS = dict(
    pair.split(":")
    for pair in """
    AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22
    DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28
    IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24
    ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 SA:24 SC:31
    SE:24 SI:19 SK:24 SM:27 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20
    """.split()
)
"""Characters of an IBAN by country (SWIFT, IBAN Registry)."""


def mail_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where they begin and end, also read out."""
    return (found.span() for found in _MAIL.finditer(text))


def bank_accounts(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs begin and end (ISO 13616: the country's length, and remainder 1 by 97)."""
    for found in _ACCOUNT.finditer(text):
        length = _LENGTHS.get(found.group()[:2].upper())
        if length is not None and (end := _account_end(text, found.start(), int(length))):
            yield found.start(), end


def _account_end(text: str, start: int, length: int) -> int:
    """Behind so many characters, with single spaces or hyphens between; 0: they are no account."""
    compact, at = "", start
    while len(compact) < length and at < len(text):
        each = text[at]
        if each.isascii() and each.isalnum():
            compact += each.upper()
        elif each not in " -" or text[at - 1] in " -":
            return 0
        at += 1
    if len(compact) < length or (at < len(text) and text[at].isalnum()):
        return 0
    number = "".join(str(int(each, 36)) for each in compact[4:] + compact[:4])
    return at if int(number) % 97 == 1 else 0


def is_card(digits: str) -> bool:
    """Whether it may be the number of a payment card (ISO/IEC 7812-1: 13 to 19 digits with Luhn's check)."""
    if not 13 <= len(digits) <= 19 or digits[0] == "0" or len(set(digits)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
