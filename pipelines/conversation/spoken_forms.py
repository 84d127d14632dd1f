"""How flows say times, dates and numbers in their own sentences: words, as a grammar has them. English.

What agents write in digits becomes words in `pipelines.spoken`, in nine languages.
"""

from __future__ import annotations

from datetime import date

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
MONTHS = ("January February March April May June July August September October November December").split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(n: int) -> str:
    """342 -> 'three hundred forty-two'; up to, not including, a trillion."""
    if n < 0:
        return "minus " + cardinal(-n)
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {cardinal(n % 100)}" if n % 100 else "")
    for scale, name in SCALES:
        if n >= scale:
            return f"{cardinal(n // scale)} {name}" + (f" {cardinal(n % scale)}" if n % scale else "")
    return str(n)


def ordinal(n: int) -> str:
    """24 -> 'twenty-fourth'."""
    head, dash, last = cardinal(n).rpartition("-")
    if not dash:
        head, dash, last = cardinal(n).rpartition(" ")
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return head + dash + last


def digits(text: str) -> str:
    """'+1 650' -> 'plus one six five zero', one by one, as phone numbers are read."""
    return " ".join("plus" if c == "+" else ONES[int(c)] for c in text if c == "+" or c in "0123456789")


def clock_time(hour: int, minute: int) -> str:
    """14, 30 -> 'two thirty p m'; noon and midnight are said as such."""
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "noon"
    spoken = cardinal(hour % 12 or 12)
    if 0 < minute < 10:
        spoken += f" oh {cardinal(minute)}"
    elif minute:
        spoken += f" {cardinal(minute)}"
    return f"{spoken} {'a' if hour < 12 else 'p'} m"


def day(value: date) -> str:
    """'Tuesday, November twenty-fourth'."""
    return f"{WEEKDAYS[value.weekday()]}, {MONTHS[value.month - 1]} {ordinal(value.day)}"
