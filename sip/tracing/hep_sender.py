"""Sends SIP messages on to a Homer collector by UDP, as HEP.

It must never wait, nor keep what cannot be sent: what the socket does not take at once is left out and
counted. The collector's name is looked up now and then, never for a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any

from mediaserver.host_port import host_port
from sip.tracing.hep import encoded
from sip.tracing.traced import TracedMessage

log = logging.getLogger(__name__)

LOOK_UP_S = 60.0
HEP_FATES = ("sent", "dropped")
"""Of a message."""


class HepSender:
    """To one collector. `note` is told what became of each message: one of HEP_FATES."""

    def __init__(
        self, target: tuple[str, int], agent: int, password: str, note: Callable[[str], None]
    ) -> None:
        self._target = target
        self._agent = agent
        self._password = password
        self._note = note
        self._socket: socket.socket | None = None
        self._place: tuple[int, Any] | None = None
        """Family and address that the socket is connected to."""
        self._said = ""
        """The trouble that was logged last."""

    def __call__(self, message: TracedMessage) -> None:
        """See `sip.tracing.tracer.Onlooker`."""
        sender = self._socket
        data = encoded(message, self._agent, self._password) if sender is not None else None
        if sender is None or data is None:
            self._note("dropped")
            return
        try:
            sender.send(data)
        except OSError:  # its buffer is full, or nobody is there (which the network says of one before)
            self._note("dropped")
        else:
            self._note("sent")

    async def run(self) -> None:
        """Know where the collector is, until cancelled."""
        try:
            while True:
                await self._look_up()
                await asyncio.sleep(LOOK_UP_S)
        finally:
            self._close()

    async def _look_up(self) -> None:
        host, port = self._target
        trouble = ""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            family, _, _, _, address = found[0]
            if (family, address) != self._place:
                self._connect(family, address)
        except (OSError, UnicodeError) as error:
            trouble = str(error)
        if trouble and trouble != self._said:
            where = host_port(host, port)
            log.warning("no HEP to %s: %s; tried again each minute (sip.hep_target)", where, trouble)
        elif self._said and not trouble:
            log.info("HEP to %s again", host_port(host, port))
        self._said = trouble

    def _connect(self, family: int, address: Any) -> None:
        """Raises OSError; what was before stays then."""
        made = socket.socket(family, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            made.connect(address)
        except BaseException:
            made.close()
            raise
        self._close()
        self._socket, self._place = made, (family, address)

    def _close(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = self._place = None
