"""What a kind of provider cannot do: a `Provider` of it derives from this, and says no in words before
anything is sent, should somebody ask for what it has not declared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from mediaserver.errors import ProviderFault, TelephonyError
from providers.provider import CallReport, Doors, ProviderNumber


class Undeclared:
    title = "this provider"
    """For people."""

    def _cannot(self, what: str) -> TelephonyError:
        return TelephonyError(f"{self.title} is not asked to {what}: it cannot", ProviderFault.REFUSED)

    async def transfer(self, ref: str, to: str, caller: str, session: UUID, turn: str = "") -> bool:
        raise self._cannot("transfer calls")

    async def send_digits(self, ref: str, digits: str) -> None:
        raise self._cannot("send digits")

    async def start_recording(self, ref: str, doors: Doors) -> str:
        raise self._cannot("record")

    def fetch_recording(self, ref: str) -> AsyncIterator[bytes]:
        raise self._cannot("hand out recordings")

    async def delete_recording(self, ref: str) -> None:
        raise self._cannot("delete recordings")

    async def numbers(self) -> list[ProviderNumber]:
        raise self._cannot("list numbers")

    async def configure_number(self, number: str, *, voice: str, status: str, messages: str) -> None:
        raise self._cannot("configure numbers")

    async def call(self, ref: str) -> CallReport | None:
        raise self._cannot("say how a call stands")

    async def live_calls(self) -> list[CallReport]:
        raise self._cannot("list calls")

    async def send_message(self, to: str, sender: str, text: str, status: str) -> str:
        raise self._cannot("send messages")

    async def close(self) -> None:
        return None
