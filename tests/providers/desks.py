"""A desk that notes what it is told."""

from __future__ import annotations

from uuid import UUID

from mediaserver.media.leg import EndedBy, Termination, Why
from providers.provider import (
    CallReport,
    Decision,
    IncomingCall,
    MessageReport,
    RecordingReport,
    Refuse,
    TextMessage,
    TransferReport,
)


class NotingDesk:
    def __init__(self) -> None:
        self.reports: list[CallReport] = []
        self.transfers: list[TransferReport] = []
        self.stays = False
        """What it says of calls that nobody took over."""
        self.recordings: list[RecordingReport] = []
        self.messages: list[TextMessage] = []
        self.message_reports: list[MessageReport] = []
        self.fails = 0
        """So many messages, and reports, cannot be stored."""
        self._seen: set[str] = set()

    async def incoming(self, call: IncomingCall, within_s: float) -> Decision:
        return Refuse(Termination(EndedBy.SERVER, Why.BUSY))

    async def answering(self, session: UUID, turn: str | None) -> Decision:
        return Refuse(Termination(EndedBy.SERVER, Why.BUSY))

    def call_reported(self, report: CallReport) -> None:
        self._store()
        self.reports.append(report)

    def transfer_reported(self, report: TransferReport) -> bool:
        self.transfers.append(report)
        return self.stays

    def recording_reported(self, report: RecordingReport) -> None:
        self._store()
        self.recordings.append(report)

    async def message_received(self, message: TextMessage) -> None:
        self._store()
        self.messages.append(message)

    async def message_reported(self, report: MessageReport) -> None:
        self._store()
        self.message_reports.append(report)

    def _store(self) -> None:
        if self.fails:
            self.fails -= 1
            raise OSError("the database is away")

    def seen(self, key: str) -> bool:
        before = key in self._seen
        self._seen.add(key)
        return before

    def unseen(self, key: str) -> None:
        self._seen.discard(key)
