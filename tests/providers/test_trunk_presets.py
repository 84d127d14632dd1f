"""Trunks by preset, called over a socket: a peer on loopback stands where the carrier's server is, and is
told what that would be told."""

from __future__ import annotations

import asyncio

import pytest

from mediaserver.media.leg import EndedBy, Termination, Why
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.line import TrunkLine
from sip.trunks.numbers import rewritten
from sip.trunks.presets.catalogue import preset_named
from sip.trunks.rows import checked
from tests.providers.matrix import Feature, Who, shows
from tests.sip.agents import SDP, agent, raw_peer

CALLED, OURS = "+4915112345678", "+442030000000"


@pytest.mark.parametrize(
    ("name", "host", "dialled", "caller"),
    [
        pytest.param(
            "twilio", "acme.pstn.twilio.com", CALLED, OURS, marks=shows(Who.TWILIO, Feature.TRUNK)
        ),
        pytest.param("telnyx", "sip.telnyx.com", CALLED, OURS, marks=shows(Who.TELNYX, Feature.TRUNK)),
        pytest.param(
            "signalwire", "example-0a1b2c3d4e5f.sip.signalwire.com", CALLED, "login",
            marks=shows(Who.SIGNALWIRE, Feature.TRUNK),
        ),
        pytest.param(
            "vonage", "yourcompany.sip-us.vonage.com", CALLED[1:], OURS[1:],
            marks=shows(Who.VONAGE, Feature.TRUNK),
        ),
        pytest.param(
            "plivo", "21784177241578.zt.plivo.com", CALLED, OURS, marks=shows(Who.PLIVO, Feature.TRUNK)
        ),
        pytest.param(
            "zadarma", "sip.zadarma.com", CALLED[1:], "login", marks=shows(Who.ZADARMA, Feature.TRUNK)
        ),
    ],
)  # fmt: skip
async def test_a_call_by_a_preset_is_what_its_carrier_takes(
    name: str, host: str, dialled: str, caller: str
) -> None:
    preset = preset_named(name)
    filled = preset.filled({each.name: each.example for each in preset.blanks})
    async with agent() as us, raw_peer() as there:
        here = {"outbound_proxy": f"127.0.0.1:{there.port}", "first_response_s": 5.0, "prefixes": ["+49"]}
        spec = checked({"name": name, **filled, "username": "login", "password": "secret", **here})
        carrier = TrunkCarrier(us, lambda: [TrunkLine(spec)], lambda: 0.5)
        placing = asyncio.create_task(carrier.place(CALLED, OURS, timeout_s=5.0))
        invite = await there.request("INVITE")
        assert (invite.uri.host, invite.uri.user) == (host, dialled)
        assert (invite.from_.uri.host, invite.from_.uri.user) == (host, caller)
        contact = [("Contact", f"<sip:x@127.0.0.1:{there.port}>")]
        answer = SDP if b"RTP/AVP 0" in invite.body else SDP.replace(b"AVP 0", b"AVP 8")
        there.send(
            invite.response(
                200, to_tag="t", headers=contact, body=answer, content_type="application/sdp"
            ),
            us.port,
        )  # fmt: skip
        leg = await placing
        await there.request("ACK")
        await leg.hangup(Termination(EndedBy.AGENT, Why.COMPLETED))
        assert rewritten(spec.receive, dialled) == CALLED
