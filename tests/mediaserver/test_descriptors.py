"""Descriptors: taken as far as the system lets us, and a part kept for calls."""

from __future__ import annotations

import resource

import pytest

from mediaserver import descriptors


@pytest.mark.parametrize(
    ("limits", "wished"),
    [
        ((1024, 4096), (4096, 4096)),
        ((1024, resource.RLIM_INFINITY), (65_536, resource.RLIM_INFINITY)),
        ((100_000, 1 << 20), None),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wished: tuple[int, int] | None
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda which, new: asked.append(new))
    descriptors.take()
    assert asked == ([wished] if wished else [])


@pytest.mark.parametrize(
    ("soft", "legs", "last"),
    [
        (4096, 816, 4096 - 1632 - 1),
        (1024, 816, 511),  # not for all these legs: half remains for the rest
        (1024, 0, 1023),
    ],
)
def test_connections_leave_alone_what_calls_need(
    monkeypatch: pytest.MonkeyPatch, soft: int, legs: int, last: int
) -> None:
    monkeypatch.setattr(descriptors, "_for_calls", 0)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (soft, soft))
    descriptors.reserve_for_calls(legs)
    assert descriptors.may_have(last) and not descriptors.may_have(last + 1)


def test_without_a_limit_there_is_always_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY,) * 2)
    assert descriptors.may_have(10**9)
