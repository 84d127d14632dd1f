"""What a peer is offered and answered: its own policy, the call's, or everybody's."""

from __future__ import annotations

import ipaddress

import pytest

from mediaserver.errors import CallError
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints, Trunk
from sip.access.gate import Gate
from sip.sdp.policy import MediaPolicy
from tests.sip.agents import Callee, agent

A_LAW = MediaPolicy(codecs=("PCMA",))
MU_LAW = MediaPolicy(codecs=("PCMU",))


def gate(media: MediaPolicy | None) -> Gate:
    """Whoever comes from this machine is a trunk with this policy."""
    trunk = Trunk("pbx", (ipaddress.ip_network("127.0.0.0/8"),), media=media)
    return Gate(Endpoints(trunks=[trunk]), Challenger("test", lambda user: None))


async def test_a_call_of_ours_offers_what_its_options_say() -> None:
    async with agent(Callee.answering()) as far, agent() as near:
        leg = await near.call(f"sip:demo@127.0.0.1:{far.port}", media=A_LAW)
        assert leg.codec == "PCMA"


async def test_what_everybody_is_offered_is_the_agents() -> None:
    async with agent(Callee.answering()) as far, agent(media=A_LAW) as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_is_answered_by_its_own_policy() -> None:
    async with agent(Callee.answering(), gate=gate(A_LAW), media=MU_LAW) as far, agent() as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_without_one_is_answered_as_everybody() -> None:
    async with agent(Callee.answering(), gate=gate(None), media=A_LAW) as far, agent() as near:
        assert (await near.call(f"sip:demo@127.0.0.1:{far.port}")).codec == "PCMA"


async def test_a_trunk_that_offers_nothing_of_its_policy_is_refused() -> None:
    async with agent(Callee.answering(), gate=gate(A_LAW)) as far, agent(media=MU_LAW) as near:
        with pytest.raises(CallError) as refused:
            await near.call(f"sip:demo@127.0.0.1:{far.port}")
        assert refused.value.code == 488
