"""Functions of an operator's, as flows may call them."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from datetime import date
from os import system as system

gate = threading.Event()
gate.set()


@dataclass
class Stay:
    day: date
    nights: int


def stay(place: str, nights: int = 1) -> Stay:
    assert threading.current_thread() is not threading.main_thread()
    return Stay(date(2026, 11, 22), nights)


async def free(place: str) -> list[str]:
    assert threading.current_thread() is threading.main_thread()
    return [place, "free"]


def waits() -> str:
    gate.wait(20)
    return "late"


def fails(place: str) -> None:
    raise RuntimeError(f"the password of {place} is 123")


async def leaves() -> None:
    sys.exit(3)


def odd() -> object:
    return {"a": float("nan"), "b": {1, 2}}
