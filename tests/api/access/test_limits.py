"""Buckets, their headers and quotas: pure, on a clock of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.access import AccessControl, KeyRefused
from api.access.asker import Asker, How
from api.access.buckets import Buckets, RequestRate
from api.access.quotas import Quotas, QuotaSpent
from api.access.rate_headers import rate_headers
from mediaserver.settings.access import AccessSettings
from mediaserver.storage.keys import ApiKey
from mediaserver.storage.records import UsageKind

NOVEMBER = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)


def test_a_bucket_allows_a_burst_and_then_its_rate() -> None:
    buckets, rate = Buckets[str](), RequestRate(2.0, 3)
    assert [buckets.take("a", rate, 0.0).allowed for _ in range(4)] == [True, True, True, False]
    assert [buckets.take("a", rate, 0.5).allowed for _ in range(2)] == [True, False]
    assert buckets.take("b", rate, 0.5).allowed  # another's is its own
    assert buckets.level("a", rate, 100.0) == 3


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 20), st.integers(1, 10))
def test_never_more_is_allowed_than_the_burst_and_the_rate_together(
    waits: list[float], per_second: float, burst: int
) -> None:
    buckets, rate = Buckets[int](), RequestRate(per_second, burst)
    now, allowed = 0.0, 0
    for wait in waits:
        now += wait
        taken = buckets.take(0, rate, now)
        allowed += taken.allowed
        assert 0.0 <= taken.left <= burst and taken.retry_s >= 1
    assert allowed <= burst + per_second * now + 1e-6


def test_a_flood_under_ever_new_addresses_costs_no_memory() -> None:
    buckets, rate = Buckets[int](most=10), RequestRate(1.0, 1)
    for n in range(100):
        buckets.take(n, rate, 0.0)
    assert len(buckets) == 10
    assert not buckets.take(99, rate, 0.0).allowed  # those that came last are remembered


@pytest.mark.parametrize(
    ("rate", "policy"),
    [
        (RequestRate(100.0, 200), '"requests";q=200;w=2'),
        (RequestRate(50.0, 10), '"requests";q=50;w=1'),
        (RequestRate(0.5, 2), '"requests";q=2;w=4'),
    ],
)
def test_a_policy_is_told_as_a_window(rate: RequestRate, policy: str) -> None:
    buckets = Buckets[str]()
    told = rate_headers(buckets.take("a", rate, 0.0))
    assert told["RateLimit-Policy"] == policy and "Retry-After" not in told
    while (taken := buckets.take("a", rate, 0.0)).allowed:
        pass
    told = rate_headers(taken)
    assert told["RateLimit"].startswith('"requests";r=0;t=') and int(told["Retry-After"]) >= 1


def key(**quota: float) -> ApiKey:
    return ApiKey(uuid4(), "k", "vf_k", b"", (), True, NOVEMBER, quota=quota)


def test_a_quota_counts_what_the_table_says_and_what_was_spent_since() -> None:
    quotas, shop = Quotas(), key(call_minutes=2.0, tokens=100.0)
    quotas.read({shop.id: {UsageKind.CALL_SECONDS: 60.0, UsageKind.LLM_PROMPT_TOKENS: 60.0}}, NOVEMBER)
    quotas.check(shop, "call_minutes", 1.0, NOVEMBER)
    quotas.spend(shop.id, "call_minutes", 0.5, NOVEMBER)
    with pytest.raises(QuotaSpent, match="2 call minutes in a month, and has used 1.5") as spent:
        quotas.check(shop, "call_minutes", 1.0, NOVEMBER)
    assert spent.value.until_s == 3600.0
    quotas.check(shop, "tokens", 40.0, NOVEMBER)
    quotas.check(shop, "requests", 1e9, NOVEMBER)  # no limit was set
    quotas.read({shop.id: {UsageKind.CALL_SECONDS: 61.0}}, NOVEMBER)
    assert quotas.used(shop.id, "call_minutes", NOVEMBER) == pytest.approx(61 / 60)


def test_a_new_month_begins_with_nothing_used() -> None:
    quotas, shop = Quotas(), key(requests=1.0)
    quotas.read({shop.id: {UsageKind.REQUESTS: 5.0}}, NOVEMBER)
    with pytest.raises(QuotaSpent):
        quotas.check(shop, "requests", 1.0, NOVEMBER)
    quotas.check(shop, "requests", 1.0, NOVEMBER + timedelta(hours=2))


def test_what_was_spent_last_month_is_not_of_this_one() -> None:
    quotas, shop = Quotas(), key(requests=1.0)
    quotas.read({}, NOVEMBER)
    quotas.spend(shop.id, "requests", 1.0, NOVEMBER)
    with pytest.raises(QuotaSpent):
        quotas.check(shop, "requests", 1.0, NOVEMBER)
    quotas.check(shop, "requests", 1.0, NOVEMBER + timedelta(hours=2))


def test_of_several_servers_each_spends_its_share_of_what_is_left() -> None:
    """Ten are left, and three servers do not know of each other until they read again."""
    shop = key(requests=10.0)

    def spent(left: float) -> int:
        quotas, count = Quotas(), 0
        quotas.read({shop.id: {UsageKind.REQUESTS: 10.0 - left}}, NOVEMBER, servers=3)
        while True:
            try:
                quotas.check(shop, "requests", 1.0, NOVEMBER)
            except QuotaSpent:
                return count
            quotas.spend(shop.id, "requests", 1.0, NOVEMBER)
            count += 1

    assert spent(10.0) == 3 and 3 * spent(10.0) <= 10
    assert spent(1.0) == 1, "the last can be used, by each: two more than there were"
    assert spent(0.0) == 0


def test_what_runs_and_what_was_used_since_counts_at_once() -> None:
    access = AccessControl(AccessSettings(), wall=lambda: NOVEMBER)
    shop = key(call_minutes=3.0, tokens=10.0)
    access.ring.take(shop)
    asker = Asker(shop.id, "k", frozenset(), How.KEY)
    access.within_quota(asker, "call_minutes")
    access.running = lambda key, kind: 2.5 if key == shop.id and kind == "call_minutes" else 0.0
    with pytest.raises(KeyRefused):
        access.within_quota(asker, "call_minutes")
    access.spend(asker, UsageKind.LLM_COMPLETION_TOKENS, 10.0)
    with pytest.raises(KeyRefused):
        access.within_quota(asker, "tokens")
