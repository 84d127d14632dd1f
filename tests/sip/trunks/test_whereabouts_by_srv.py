"""Trunks whose SRV records say where they are: their calls are known by those hosts, and by no others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from mediaserver.addresses import is_address
from sip.transport.dns_records import Naptr, Srv
from sip.trunks.spec import TrunkSpec
from sip.trunks.whereabouts import MOST_LOOKUPS, MOST_OF_SERVICES, Whereabouts
from tests.sip.trunks.test_board import board_of


class Zone:
    """What DNS says at the moment."""

    def __init__(self, **hosts: Sequence[str]) -> None:
        self.services: dict[str, list[str]] = {}
        self.hosts = {name.replace("_", "."): list(found) for name, found in hosts.items()}
        self.asking = self.most_at_once = 0

    async def srv(self, name: str) -> Sequence[Srv]:
        return [Srv(1, 1, 5060, target) for target in self.services.get(name, [])]

    async def naptr(self, name: str) -> Sequence[Naptr]:
        return []

    async def addresses(self, host: str) -> Sequence[str]:
        assert not is_address(host)
        self.asking += 1
        self.most_at_once = max(self.asking, self.most_at_once)
        await asyncio.sleep(0)
        self.asking -= 1
        if host not in self.hosts:
            raise OSError("no such host")
        return self.hosts[host]


async def known(zone: Zone, *specs: TrunkSpec) -> dict[str, set[str]]:
    whereabouts = Whereabouts(board_of(*specs), zone.addresses, zone)
    await whereabouts.refresh()
    return _networks(whereabouts)


def _networks(whereabouts: Whereabouts) -> dict[str, set[str]]:
    return {
        trunk.name: {str(each.network_address) for each in trunk.networks}
        for trunk in whereabouts.endpoints()
    }


async def test_calls_from_the_hosts_of_its_records_are_the_trunks() -> None:
    zone = Zone(acme_test=["198.51.100.1"], a_acme_test=["203.0.113.1"], b_acme_test=["203.0.113.2"])
    zone.services["_sip._udp.acme.test"] = ["a.acme.test", "b.acme.test", "203.0.113.3", ""]
    zone.services["_sip._tcp.acme.test"] = ["c.acme.test"]  # not this trunk's transport
    found = await known(
        zone, TrunkSpec("acme", "acme.test"), TrunkSpec("nets", "acme.test", networks=("192.0.2.0/24",))
    )
    assert found["acme"] == {"198.51.100.1", "203.0.113.1", "203.0.113.2", "203.0.113.3"}
    assert found["nets"] == {"192.0.2.0"}


@pytest.mark.parametrize(
    "spec",
    [
        TrunkSpec("acme", "acme.test", port=5060),
        TrunkSpec("acme", "acme"),
        TrunkSpec("acme", "192.0.2.1"),
        TrunkSpec("acme", "acme.test", header="X-Token: 1"),
    ],
)
async def test_where_records_are_not_asked_for_they_open_nothing(spec: TrunkSpec) -> None:
    zone = Zone(a_acme_test=["203.0.113.1"])
    zone.services = {"_sip._udp.acme.test": ["a.acme.test"], "_sip._udp.acme": ["a.acme.test"]}
    assert "203.0.113.1" not in (await known(zone, spec)).get("acme", set())


async def test_the_outbound_proxys_records_count_by_its_own_transport() -> None:
    zone = Zone(edge_one_test=["203.0.113.1"])
    zone.services["_sips._tcp.one.test"] = ["edge.one.test"]
    spec = TrunkSpec("acme", "192.0.2.1", outbound_proxy="sip:one.test;transport=tls")
    assert (await known(zone, spec))["acme"] == {"192.0.2.1", "203.0.113.1"}


async def test_records_that_name_this_machine_open_nothing() -> None:
    zone = Zone(evil_test=["127.0.0.1", "169.254.1.1", "::1", "0.0.0.0", "203.0.113.1"])
    zone.services["_sip._udp.acme.test"] = ["evil.test", "127.0.0.2", "::1"]
    assert (await known(zone, TrunkSpec("acme", "acme.test")))["acme"] == {"203.0.113.1"}


async def test_a_host_that_is_named_no_more_is_nobodys() -> None:
    zone = Zone(a_acme_test=["203.0.113.1"], b_acme_test=["203.0.113.2"])
    zone.services["_sip._udp.acme.test"] = ["a.acme.test", "b.acme.test"]
    whereabouts = Whereabouts(board_of(TrunkSpec("acme", "acme.test")), zone.addresses, zone)
    assert await whereabouts.refresh() and not await whereabouts.refresh()
    del zone.hosts["a.acme.test"]  # nobody can say where that is: what was known stays
    assert not await whereabouts.refresh()
    zone.services["_sip._udp.acme.test"] = ["b.acme.test"]
    assert await whereabouts.refresh()
    assert _networks(whereabouts)["acme"] == {"203.0.113.2"}


async def test_a_domain_without_an_address_of_its_own_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    zone = Zone(a_acme_test=["203.0.113.1"])
    zone.services["_sip._udp.acme.test"] = ["a.acme.test"]
    await known(zone, TrunkSpec("acme", "acme.test"))
    assert "has no address" not in caplog.text
    await known(zone, TrunkSpec("gone", "gone.test"))
    assert "the trunk host gone.test has no address" in caplog.text


async def test_records_without_end_cost_and_open_no_more_than_some() -> None:
    targets = [f"h{n}.acme.test" for n in range(200)]
    zone = Zone(**{name.replace(".", "_"): [f"203.0.113.{n}"] for n, name in enumerate(targets)})
    zone.services["_sip._udp.acme.test"] = targets
    found = await known(zone, TrunkSpec("acme", "acme.test"))
    assert len(found["acme"]) == MOST_OF_SERVICES and zone.most_at_once <= MOST_LOOKUPS
