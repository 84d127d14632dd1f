"""The locks pin what pip looks for, so that an installation does not break when a package is published."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?==", re.MULTILINE)


def pins(lock: str) -> dict[str, set[str]]:
    """Package -> the extras that its pin names."""
    found: dict[str, set[str]] = {}
    for name, extras in _PIN.findall((ROOT / lock).read_text()):
        found.setdefault(canonicalize_name(name), set()).update(filter(None, extras.split(",")))
    return found


def wanted(package: str, extras: set[str]) -> Iterator[Requirement]:
    """What an installed package wants, on this machine."""
    for line in importlib.metadata.requires(package) or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": each}) for each in ("", *extras)):
            yield requirement


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_package_that_is_wanted_with_extras_is_pinned_with_them(lock: str) -> None:
    pinned = pins(lock)
    checked = 0
    for package, extras in pinned.items():
        try:
            requirements = list(wanted(package, extras))
        except importlib.metadata.PackageNotFoundError:
            continue  # of another platform
        for each in requirements:
            name = canonicalize_name(each.name)
            if each.extras and name in pinned:
                assert {canonicalize_name(extra) for extra in each.extras} <= pinned[name], (
                    f"{package} wants {each}, which {lock} pins without: run scripts/lock.sh"
                )
                checked += 1
    assert checked
