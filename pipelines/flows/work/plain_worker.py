"""What most workers of a flow do not care for."""

from __future__ import annotations

from mediaserver.storage.records import Record
from pipelines.conversation.agent import MessageTaken
from pipelines.flows.working import WorkDone


class PlainWorker:
    """The rest of a FlowWorker beside `respond`."""

    done: WorkDone | None = None

    def heard(self, line: int, text: str, cut: bool) -> None:
        """Nothing hangs on it."""

    def missed_words(self) -> None:
        """Nobody is asked anything."""

    def message_taken(self, said: MessageTaken) -> None:
        """There is none."""

    def summary(self) -> str:
        return ""

    def hung_up(self) -> tuple[Record, ...]:
        return ()
