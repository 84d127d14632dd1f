"""A call to the echo, answered, and the socket of its audio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.attack.phone import Dialled, Phone
from tests.attack.sound import Talker
from tests.attack.target import Target


@contextmanager
def calling(target: Target, host: str) -> Iterator[tuple[Phone, Dialled, Talker]]:
    """From this address. Who opens it hangs up, or not. Raises RuntimeError when it is not answered."""
    with closing(Talker(host)) as talker, Phone(target.sip, host) as phone:
        dialled = phone.call("echo", talker.address)
        if dialled.status != 200:
            raise RuntimeError(f"the call was answered with {dialled.status}")
        talker.to = dialled.media
        yield phone, dialled, talker
