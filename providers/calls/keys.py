"""Keys that we press in a call, by the provider's interface: as signals of the network's, which menus
understand where a tone that was coded, sent through a buffer and coded again is lost on them."""

from __future__ import annotations

import logging

from mediaserver.errors import TelephonyError
from providers.calls.means import CallMeans
from providers.provider import Capability, Provider
from providers.streams.dialect import Dialect
from providers.streams.leg import ProviderLeg

log = logging.getLogger(__name__)

AT_ONCE = 32
TONE_MS = 100


class Keys:
    """Of one call. In the order in which they were pressed, as many at a time as there are."""

    def __init__(self, provider: Provider, dialect: Dialect, leg: ProviderLeg, means: CallMeans) -> None:
        self._provider, self._leg, self._means = provider, leg, means
        by_stream = dialect.digit("0", TONE_MS) is not None
        self._can = Capability.SEND_DIGITS in provider.capabilities and not by_stream
        self._waiting = ""
        self._sending = False

    def press(self, digit: str, ref: str) -> bool:
        """`ref`: the provider's id of the call. False: it is for the stream to do."""
        if not self._can or not ref:
            return False
        self._waiting += digit
        if not self._sending:
            self._sending = True
            self._means.spawn(self._send(ref), "pressing keys")
        return True

    async def _send(self, ref: str) -> None:
        try:
            while self._waiting:
                digits, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                try:
                    await self._provider.send_digits(ref, digits)
                except TelephonyError as error:
                    log.warning("keys go as tones: %s", error)
                    self._as_tones(digits)
        finally:
            self._sending = False

    def _as_tones(self, digits: str) -> None:
        for digit in digits if self._leg.termination is None else "":
            self._leg.send_tone(digit, TONE_MS)
