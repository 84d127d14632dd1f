"""Recordings that Telnyx has made: found, fetched and deleted. Their addresses are good for ten minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.protocols import Downloader
from mediaserver.fetching.request import FetchRequest
from providers.provider import RecordingReport
from providers.recordings import pieces
from providers.telnyx.client import TelnyxClient
from providers.telnyx.faults import NOT_FOUND


class Recordings:
    """Of one account."""

    def __init__(self, client: TelnyxClient, downloader: Downloader) -> None:
        self._client = client
        self._downloader = downloader

    async def completed(self, report: RecordingReport, call_leg_id: str) -> RecordingReport:
        """With its own id and its call's, where the event named but the call's leg. Raises TelephonyError
        when Telnyx does not know it either."""
        if report.ref and report.call_ref or not report.ready:
            return report
        named = {"call_control_id": report.call_ref} if report.call_ref else {"call_leg_id": call_leg_id}

        def found(sdk: Any) -> tuple[str, str]:
            first = next(iter(sdk.recordings.list(filter=named, page_size=1)), None)
            if first is None:
                raise ValueError("none is listed")
            return first.id or "", first.call_control_id or ""

        ref, call_ref = await self._client.ask("the recording's id", found, harmless=True)
        return replace(report, ref=report.ref or ref, call_ref=report.call_ref or call_ref)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See `Provider.fetch_recording`."""

        def address(sdk: Any) -> str:
            urls = sdk.recordings.retrieve(ref).data.download_urls
            return (urls.wav or urls.mp3 or "") if urls is not None else ""

        url = await self._client.ask("a recording", address, harmless=True)
        if not url:
            raise TelephonyError("Telnyx has the recording, but no file of it yet", ProviderFault.DOWN)
        async for piece in pieces(self._downloader, FetchRequest(url)):
            yield piece

    async def delete(self, ref: str) -> None:
        """One that is gone already is no error."""
        try:
            await self._client.ask("a recording", lambda sdk: sdk.recordings.delete(ref), harmless=True)
        except TelephonyError as error:
            if error.code not in (NOT_FOUND, "404"):
                raise
