"""Callers by TLS: a connection and a handshake for each call, which is the most that they can cost.

`python -m tests.load.churning_tls HOST PORT RATE SECONDS CA` runs it by itself and prints how the calls went.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from contextlib import suppress
from typing import Self

from tests.attack.messages import Address, parse
from tests.load.churning import Caller, Churn


class TlsCaller(Caller):
    """One connection, for one call; what the server shows is verified."""

    transport = "TLS"

    def __init__(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__(host)
        self.port = int(writer.get_extra_info("sockname")[1])
        self._reader, self._writer = reader, writer
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, host: str, server: Address, context: ssl.SSLContext) -> Self:
        """Raises OSError."""
        streams = await asyncio.open_connection(
            *server, local_addr=(host, 0), ssl=context, server_hostname=server[0]
        )
        return cls(host, *streams)

    def send(self, data: bytes, to: Address) -> None:
        self._writer.write(data)

    def close(self) -> None:
        self._reading.cancel()
        self._writer.close()

    async def _read(self) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = int(parse(head).get("Content-Length") or 0)
                body = await self._reader.readexactly(length)
                message = parse(head + body)
                if (waiting := self.calls.get(message.get("Call-ID"))) is not None:
                    waiting.put_nowait(message)


def main(host: str, port: str, rate: str, for_s: str, authority: str) -> None:
    context, server = ssl.create_default_context(cafile=authority), (host, int(port))
    churn = Churn(server, 0.0, lambda caller: TlsCaller.connect(caller, server, context))
    asyncio.run(churn.run(float(rate), 1 << 40, float(for_s)))
    sys.stdout.write(churn.as_json() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
