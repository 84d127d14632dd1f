"""Requests to an account's webhooks that count for nothing: answered the same way, and told now and then."""

from __future__ import annotations

import logging
import time

from mediaserver.seldom import Seldom
from providers.provider import WebhookAnswer

log = logging.getLogger(__name__)


class Refusals:
    """Of one account."""

    def __init__(self, account: str, title: str) -> None:
        """`account`: its name. `title`: the provider's."""
        self._account = account
        self._title = title
        self._seldom = Seldom()

    def answer(self, why: str) -> WebhookAnswer:
        if (unsaid := self._seldom.due(time.monotonic())) is not None:
            log.warning(
                "a webhook for the account %s is refused: %s (%d more like it)", self._account, why, unsaid
            )
        return WebhookAnswer(403, f"not proven to be {self._title}'s".encode())
