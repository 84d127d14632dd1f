"""Asking Telnyx by its own SDK: in threads, with its refusals in our words, and again where that is harmless.

The SDK is the blocking one, in threads of the account, though it has one for asyncio: its first command
takes 60 ms of processor time, a page of 250 live calls 18 ms, and each command 2 ms. On the event loop that
would be a gap in every call's audio. Its own retries are off: they would sleep for up to a minute.
"""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import telnyx

from mediaserver.errors import ProviderFault, TelephonyError
from providers.retrying import retried
from providers.telnyx.account import TelnyxAccount
from providers.telnyx.faults import refusal
from providers.threads import Threads

T = TypeVar("T")

CONNECT_S = 5.0
ANSWER_S = 10.0
AT_ONCE = 8
"""Threads: commands of this account that are on their way."""


def command_id() -> str:
    """Telnyx ignores a second command with the same one within 60 seconds (developers.telnyx.com, "Receiving
    webhooks for Programmable Voice"): what has one may be sent again."""
    return str(uuid.uuid4())


class TelnyxClient:
    """Of one account. Made in a thread: it imports all of the SDK that it uses, which takes seconds."""

    def __init__(
        self,
        name: str,
        account: TelnyxAccount,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`sleep`: between tries."""
        self._name = name
        self._sleep = sleep
        self._threads = Threads(name, AT_ONCE)
        self.sdk = telnyx.Telnyx(
            api_key=account.api_key.get_secret_value(),
            public_key=account.public_key,
            # Empty, not left out: those in the environment would be taken in the place of our key.
            client_id="",
            client_secret="",
            base_url=account.base_url,
            max_retries=0,
            timeout=telnyx.Timeout(ANSWER_S, connect=CONNECT_S),
            http_client=telnyx.DefaultHttpxClient(follow_redirects=False),
        )
        _warm(self.sdk)

    async def ask(self, what: str, do: Callable[[telnyx.Telnyx], T], *, harmless: bool) -> T:
        """What `do` makes of the SDK's answer; it runs in a thread and should take what it needs out of the
        answer there. `harmless`: it may arrive twice, so that it is also asked again when the first answer
        was lost. Raises TelephonyError."""

        async def once() -> T:
            try:
                return await self._threads.run(_asked, self.sdk, do)
            except TelephonyError as error:
                if harmless:
                    error.maybe = False
                raise

        return await retried(once, account=self._name, what=what, sleep=self._sleep)

    def close(self) -> None:
        self._threads.close()
        self.sdk.close()


def _asked(sdk: telnyx.Telnyx, do: Callable[[telnyx.Telnyx], T]) -> T:
    try:
        return do(sdk)
    except telnyx.APIStatusError as error:
        raise refusal(error.status_code, error.body, _after_s(error)) from None
    except telnyx.APITimeoutError as error:
        raise _down("Telnyx does not answer in time", maybe=not _unconnected(error)) from None
    except telnyx.APIConnectionError as error:
        words = "cannot be reached" if _unconnected(error) else "closed the connection before it answered"
        raise _down(
            f"Telnyx {words}: {error.__cause__ or error}"[:300], maybe=not _unconnected(error)
        ) from None
    except telnyx.APIError as error:
        raise _down(f"Telnyx's answer cannot be read: {error.message}"[:300], maybe=True) from None
    except (AttributeError, TypeError, ValueError, KeyError):
        raise _down("Telnyx's answer is not what its documents say", maybe=True) from None


def _unconnected(error: telnyx.APIConnectionError) -> bool:
    """Nothing can have been taken: there was no connection. By httpx's names, which the SDK hides."""
    return type(error.__cause__).__name__ in ("ConnectError", "ConnectTimeout", "PoolTimeout")


def _down(words: str, *, maybe: bool) -> TelephonyError:
    return TelephonyError(words, ProviderFault.DOWN, maybe=maybe)


def _after_s(error: telnyx.APIStatusError) -> float | None:
    """Retry-After, in seconds; its form as a date is not heeded."""
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _warm(sdk: telnyx.Telnyx) -> None:
    """The SDK imports each group when it is first named, most of a second each."""
    _ = (sdk.calls.actions, sdk.recordings, sdk.connections, sdk.call_control_applications, sdk.balance)
    _ = (sdk.phone_numbers.messaging, sdk.messages, sdk.messaging_profiles)
