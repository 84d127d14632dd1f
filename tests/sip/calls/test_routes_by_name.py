"""Proxies that recorded themselves by a name: where requests of the call go when one of them is gone."""

from __future__ import annotations

import asyncio

import dns.message
import dns.rdatatype
import dns.rrset

from mediaserver.media.leg import EndedBy, Termination, Why
from tests.sip.agents import SDP, agent, raw_peer
from tests.sip.transport.test_name_servers import serving

HANGUP = Termination(EndedBy.AGENT, Why.COMPLETED)


async def test_a_bye_goes_to_the_next_server_of_the_name_when_the_proxy_is_gone() -> None:
    async with raw_peer() as gone, raw_peer("127.0.0.2") as other:

        def answering(query: dns.message.Message) -> bytes:
            """Both are edge.test, at the port of the other one by SRV."""
            response = dns.message.make_response(query)
            name, kind = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
            said = {"A": ["127.0.0.1", "127.0.0.2"], "SRV": [f"1 1 {other.port} edge.test."]}.get(kind)
            if said:
                response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *said))
            return response.to_wire()

        async with serving(answering) as (_, place), agent(dns_servers=[place]) as us:
            calling = asyncio.create_task(us.call(f"sip:x@127.0.0.1:{gone.port}"))
            invite = await gone.request("INVITE")
            headers = [("Contact", "<sip:x@192.0.2.7>"), ("Record-Route", "<sip:edge.test;lr>")]
            ok = invite.response(200, to_tag="t", headers=headers, body=SDP, content_type="application/sdp")
            gone.send(ok, us.port)
            leg = await calling
            await gone.request("ACK")
            await leg.hangup(HANGUP)
            assert (await gone.request("BYE")).get_all("Route") == ["<sip:edge.test;lr>"]
            bye = await other.request("BYE")  # nothing came from the first one
            assert bye.get_all("Route") == ["<sip:edge.test;lr>"]
            other.send(bye.response(200), us.port)
            await us._core.all_left()
