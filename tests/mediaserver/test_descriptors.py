"""Descriptors: taken as far as the system lets us, and a part kept for calls."""

from __future__ import annotations

import resource

import pytest

from mediaserver import descriptors


@pytest.mark.parametrize(
    ("limits", "wished", "has"),
    [
        ((1024, 4096), (4096, 4096), 4096),
        ((1024, resource.RLIM_INFINITY), (65_536, resource.RLIM_INFINITY), 65_536),
        ((100_000, 1 << 20), None, 100_000),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 65_536),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], wished: tuple[int, int] | None, has: int
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda which, new: asked.append(new))
    assert descriptors.take() == has
    assert asked == ([wished] if wished else [])


def test_where_the_limit_cannot_be_raised_it_is_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(which: int, new: tuple[int, int]) -> None:
        raise OSError

    monkeypatch.setattr(resource, "getrlimit", lambda which: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert descriptors.take() == 1024


@pytest.mark.parametrize(
    ("limit", "legs", "shares"),
    [
        (65_536, 816, (200, 1_000)),
        (4_096, 816, (200, 1_000)),
        (1_024, 816, (60, 302)),  # not for all these legs: half remains for the rest
        (400, 56, (23, 115)),
        (100, 816, (16, 16)),
    ],
)
def test_connections_leave_alone_what_calls_need(limit: int, legs: int, shares: tuple[int, int]) -> None:
    assert descriptors.shares(limit, legs) == descriptors.DescriptorShares(*shares)


def test_sockets_that_are_held_open_have_places_beside_the_usual_ones() -> None:
    assert descriptors.shares(65_536, 400, 1_000).http == descriptors.HTTP + 1_000
    few = descriptors.shares(1_024, 100, 1_000)
    assert descriptors.LEAST <= few.http < 674 and few.http + few.sip_tcp <= 674
