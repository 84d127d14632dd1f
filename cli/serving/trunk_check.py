"""A look at one trunk with a user agent of its own, so that it works beside a running server and without."""

from __future__ import annotations

from dataclasses import replace

from cli.serving.certificates import files_of
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CapacityError
from mediaserver.sdp.audio import AudioStream
from sip.calls.invitation import SipInvitation
from sip.calls.user_agent import SipAgent
from sip.transport.name_servers import lookup_by
from sip.transport.own_addresses import OwnAddresses
from sip.transport.tls import Tls
from sip.trunks.checking import TrunkCheck
from sip.trunks.spec import TrunkSpec


class NoAudio:
    """Implements mediaserver.sdp.audio.AudioPorts, for an agent that is to have no call."""

    @property
    def fingerprint(self) -> None:
        """There is nobody to shake hands with."""
        return None

    def open(self, local: str = "", /) -> AudioStream:
        raise CapacityError("this agent has no calls")


async def check(settings: Settings, spec: TrunkSpec) -> list[Finding]:
    """All that can be asked of the trunk without a call. Raises StartupError when we have no socket,
    ConfigError for certificates of ours that cannot be read."""
    sip, files = settings.sip, files_of(settings)
    if files.certificate is not None and not files.certificate.exists():  # the server makes it when it starts
        files = replace(files, certificate=None, key=None)
    tls = Tls(files)
    agent = SipAgent(
        host=sip.host,
        port=0,
        wire=NoAudio(),
        tls=tls,
        on_invite=_unwanted,
        own=OwnAddresses(sip.host, sip.public_host, sip.local_networks),
        dns_servers=sip.dns_servers,
    )
    await agent.start()
    try:
        lookup = lookup_by(sip.dns_servers)
        context = await tls.client() if spec.transport == "tls" else None
        return [finding async for finding in TrunkCheck(spec, agent, context=context, resolve=lookup).look()]
    finally:
        await agent.stop(0.5)


def _unwanted(call: SipInvitation) -> None:
    call.reject(480)
