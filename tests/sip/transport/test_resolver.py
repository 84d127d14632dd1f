"""Where SIP URIs lead to (RFC 3263), by records that the test writes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

import pytest

from sip.messages.uri import Uri
from sip.transport.dns_records import Naptr, Srv
from sip.transport.resolver import MOST_PLACES, SipPlace, SipResolver, in_turn


class Zone:
    """Implements RecordSource, and knows addresses."""

    def __init__(
        self,
        srv: dict[str, list[Srv]] | None = None,
        naptr: dict[str, list[Naptr]] | None = None,
        hosts: dict[str, list[str]] | None = None,
    ) -> None:
        self._srv, self._naptr, self._hosts = srv or {}, naptr or {}, hosts or {}
        self.asked: list[str] = []

    async def srv(self, name: str) -> Sequence[Srv]:
        self.asked.append(f"SRV {name}")
        return self._srv.get(name, [])

    async def naptr(self, name: str) -> Sequence[Naptr]:
        self.asked.append(f"NAPTR {name}")
        return self._naptr.get(name, [])

    async def addresses(self, host: str) -> Sequence[str]:
        self.asked.append(f"A {host}")
        return self._hosts.get(host, [])

    def resolver(self, *transports: str) -> SipResolver:
        return SipResolver(self, self.addresses, lambda: 0.5, transports or ("UDP", "TCP"))


async def places(zone: Zone, uri: str, transport: str | None = None, *have: str) -> list[str]:
    found = await zone.resolver(*have).places(Uri.parse(uri), transport)
    return [f"{each.transport} {each.address} {each.port}" for each in found]


async def test_an_address_is_where_it_is_and_nobody_is_asked() -> None:
    zone = Zone()
    assert await places(zone, "sip:192.0.2.1") == ["UDP 192.0.2.1 5060"]
    assert await places(zone, "sip:[2001:db8::1]:5070;transport=tcp") == ["TCP 2001:db8::1 5070"]
    assert await places(zone, "sips:192.0.2.1") == ["TLS 192.0.2.1 5061"]
    assert await places(zone, "sips:192.0.2.1", "udp") == ["TLS 192.0.2.1 5061"]
    assert await places(zone, "sip:192.0.2.1", "tcp") == ["TCP 192.0.2.1 5060"]
    assert zone.asked == []


async def test_a_port_leads_to_the_addresses_of_the_name() -> None:
    zone = Zone(hosts={"acme.test": ["192.0.2.1", "192.0.2.2"]})
    assert await places(zone, "sip:acme.test:5080") == ["UDP 192.0.2.1 5080", "UDP 192.0.2.2 5080"]
    assert zone.asked == ["A acme.test"]


async def test_a_known_transport_asks_for_its_services() -> None:
    zone = Zone(
        srv={"_sip._tcp.acme.test": [Srv(20, 0, 5062, "b.acme.test"), Srv(10, 0, 5060, "a.acme.test")]},
        hosts={"a.acme.test": ["192.0.2.1"], "b.acme.test": ["192.0.2.2"]},
    )
    expected = ["TCP 192.0.2.1 5060", "TCP 192.0.2.2 5062"]
    assert await places(zone, "sip:acme.test;transport=tcp") == expected
    assert await places(zone, "sip:acme.test", "tcp") == expected
    assert "NAPTR acme.test" not in zone.asked


async def test_naptr_says_which_transport_the_host_likes() -> None:
    zone = Zone(
        naptr={
            "acme.test": [
                Naptr(50, 50, "s", "SIPS+D2T", "_sips._tcp.acme.test"),
                Naptr(90, 50, "s", "SIP+D2T", "_sip._tcp.acme.test"),
                Naptr(100, 50, "s", "SIP+D2U", "_sip._udp.acme.test"),
                Naptr(10, 50, "u", "E2U+sip", ""),
            ]
        },
        srv={
            "_sip._tcp.acme.test": [Srv(1, 1, 5060, "a.acme.test")],
            "_sips._tcp.acme.test": [Srv(1, 1, 5061, "a.acme.test")],
        },
        hosts={"a.acme.test": ["192.0.2.1"]},
    )
    assert await places(zone, "sip:acme.test") == ["TCP 192.0.2.1 5060"]  # we have no TLS
    assert await places(zone, "sip:acme.test", None, "UDP", "TCP", "TLS") == ["TLS 192.0.2.1 5061"]


async def test_without_naptr_the_services_are_tried_and_without_any_the_addresses() -> None:
    zone = Zone(
        srv={"_sip._tcp.acme.test": [Srv(1, 1, 5065, "a.acme.test")]},
        hosts={"a.acme.test": ["192.0.2.1"], "plain.test": ["192.0.2.9"]},
    )
    assert await places(zone, "sip:acme.test") == ["TCP 192.0.2.1 5065"]
    assert await places(zone, "sip:plain.test") == ["UDP 192.0.2.9 5060"]
    assert await places(zone, "sips:plain.test") == ["TLS 192.0.2.9 5061"]


async def test_names_of_the_local_network_have_no_services() -> None:
    zone = Zone(hosts={"localhost": ["127.0.0.1"], "asterisk": ["172.18.0.2"]})
    assert await places(zone, "sip:localhost") == ["UDP 127.0.0.1 5060"]
    assert await places(zone, "sip:asterisk") == ["UDP 172.18.0.2 5060"]
    assert zone.asked == ["A localhost", "A asterisk"]


async def test_a_service_that_is_not_to_be_had_leads_nowhere() -> None:
    zone = Zone(srv={"_sip._udp.acme.test": [Srv(0, 0, 0, "")]}, hosts={"acme.test": ["192.0.2.1"]})
    assert await places(zone, "sip:acme.test", "udp") == []


async def test_where_one_service_is_not_to_be_had_the_next_is() -> None:
    srv = {
        "_sip._udp.acme.test": [Srv(0, 0, 0, "")],
        "_sip._tcp.acme.test": [Srv(0, 0, 5060, "a.acme.test")],
        "_sip._udp.b.test": [Srv(0, 0, 5060, "gone.b.test")],
        "_sip._tcp.b.test": [Srv(0, 0, 0, "")],
    }
    zone = Zone(
        srv, hosts={"acme.test": ["192.0.2.1"], "a.acme.test": ["192.0.2.2"], "b.test": ["192.0.2.3"]}
    )
    assert await places(zone, "sip:acme.test") == ["TCP 192.0.2.2 5060"]
    assert await places(zone, "sip:b.test") == [], "its address is not asked where it has services"


async def test_dns_cannot_have_us_knock_at_our_own_machine() -> None:
    lies = [Srv(1, 1, 6379, name) for name in ("evil.test", "multi.test", "127.0.0.1", "link.test")]
    zone = Zone(
        srv={"_sip._udp.acme.test": [*lies, Srv(2, 1, 5060, "good.test")]},
        hosts={
            "evil.test": ["127.0.0.1", "::1", "0.0.0.0"],
            "multi.test": ["224.0.0.1", "255.255.255.255"],
            "link.test": ["169.254.169.254"],
            "good.test": ["10.0.0.5"],
        },
    )
    assert await places(zone, "sip:acme.test", "udp") == ["UDP 10.0.0.5 5060"]


async def test_a_thousand_records_are_a_few_places() -> None:
    zone = Zone(
        srv={"_sip._udp.acme.test": [Srv(1, 1, 5060, f"h{n}.test") for n in range(1000)]},
        hosts={f"h{n}.test": [f"192.0.2.{n % 250 + 1}"] for n in range(1000)},
    )
    assert len(await places(zone, "sip:acme.test", "udp")) == MOST_PLACES
    assert len(zone.asked) <= MOST_PLACES + 1


async def test_what_failed_comes_last_until_it_works() -> None:
    zone = Zone(hosts={"acme.test": ["192.0.2.1", "192.0.2.2"]})
    resolver, uri = zone.resolver(), Uri.parse("sip:acme.test:5060")
    first, second = await resolver.places(uri)
    resolver.failed(first)
    assert resolver.avoids(first) and await resolver.places(uri) == [second, first]
    resolver.worked(first)
    assert await resolver.places(uri) == [first, second]
    for number in range(2000):
        resolver.failed(SipPlace("UDP", "192.0.2.9", number))
    assert len(resolver._avoided) <= 512


async def test_addresses_that_never_come_are_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sip.transport.resolver.PATIENCE_S", 0.01)

    async def never(host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    assert await SipResolver(Zone(), never, lambda: 0.5).places(Uri.parse("sip:acme.test:5060")) == []


def test_priorities_go_first_and_weights_share() -> None:
    heavy, light, never = Srv(1, 3, 1, "heavy"), Srv(1, 1, 1, "light"), Srv(1, 0, 1, "never")
    late = Srv(2, 60_000, 1, "late")
    draw = random.Random(1).random
    first = Counter(in_turn([late, never, light, heavy], draw)[0].target for _ in range(2000))
    assert set(first) == {"heavy", "light"} and 2 < first["heavy"] / first["light"] < 4
    assert [each.target for each in in_turn([late, never, light], lambda: 0.5)] == ["light", "never", "late"]
