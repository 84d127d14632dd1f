"""The secrets of flows in memory, for whoever sends requests: a call waits for no database."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from mediaserver.diagnosis.finding import Finding
from mediaserver.storage.flow_secrets import FlowSecret, all_secrets, opened
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database, Row

log = logging.getLogger(__name__)


class FlowSecrets:
    """One for a server. Whoever follows the table has it `read` it."""

    def __init__(self) -> None:
        self.sealer: Sealer | None = None
        """None: nothing can be opened yet."""
        self._secrets: Mapping[str, FlowSecret] = {}
        self._faults: Mapping[str, str] = {}
        self._read: list[Row] | None = None

    def secret(self, name: str) -> FlowSecret | None:
        """None when there is none of that name that can be opened."""
        return self._secrets.get(name)

    def names(self) -> list[str]:
        """Of those that can be used."""
        return list(self._secrets)

    def findings(self) -> list[Finding]:
        return [
            Finding(
                f"secret {name}", False, fault, f"`voiceforge flows secrets set {name}`, or remove it", False
            )
            for name, fault in self._faults.items()
        ]

    async def read(self, connection: Database) -> None:
        """Take over what the table says now."""
        if self.sealer is None:
            return
        rows = await all_secrets(connection)
        if rows == self._read:
            return
        self._secrets, self._faults = opened(rows, self.sealer)
        self._read = rows
        for finding in self.findings():
            log.warning("%s: %s", finding.name, finding.detail)
