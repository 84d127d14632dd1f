"""Foreign code, imported on a thread that nobody waits for: an import may never return."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from mediaserver.errors import ConfigError
from pipelines.engines.packages import said

T = TypeVar("T")


async def imported(what: str, load: Callable[[], T]) -> T:
    """What `load` gives. `what` is loaded, for the reader: "the agent 'x'". Raises ConfigError, whatever the
    code raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        if not done.done():
            settle()

    def work() -> None:
        settle: Callable[[], None]
        try:
            result = load()
        except ConfigError as error:
            settle = partial(done.set_exception, error)
        except BaseException as error:  # a KeyboardInterrupt, say
            fault = ConfigError(f"the code of {what} cannot be loaded: {said(error)}")
            settle = partial(done.set_exception, fault)
        else:
            settle = partial(done.set_result, result)
        with suppress(RuntimeError):  # the server has stopped
            loop.call_soon_threadsafe(tell, settle)

    threading.Thread(target=work, daemon=True, name=f"import {what}").start()
    return await done
