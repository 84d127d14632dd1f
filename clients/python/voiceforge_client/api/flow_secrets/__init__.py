"""flow_secrets"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.flow_secret_shown import FlowSecretShown
from ...models.new_flow_secret import NewFlowSecret
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import flow_secrets_remove_secret as _flow_secrets_remove_secret
from . import flow_secrets_secrets as _flow_secrets_secrets
from . import flow_secrets_set_secret as _flow_secrets_set_secret

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class FlowSecrets:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def secrets(
        self,
    ) -> List[FlowSecretShown]:
        """Names and hosts of all secrets, by name."""
        return self._client.ask(
            _flow_secrets_secrets.request(), _flow_secrets_secrets.read
        )

    def set_secret(
        self,
        name: str,
        *,
        host: str,
        value: str,
    ) -> None:
        """Keep a secret, sealed, in the place of the one of that name."""
        return self._client.ask(
            _flow_secrets_set_secret.request(
                name=name,
                body=NewFlowSecret(
                    host=host,
                    value=value,
                ),
            ),
            _flow_secrets_set_secret.read,
        )

    def remove_secret(
        self,
        name: str,
    ) -> None:
        """Remove a secret: requests that name it are not made any more."""
        return self._client.ask(
            _flow_secrets_remove_secret.request(
                name=name,
            ),
            _flow_secrets_remove_secret.read,
        )


class AsyncFlowSecrets:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def secrets(
        self,
    ) -> List[FlowSecretShown]:
        """Names and hosts of all secrets, by name."""
        return await self._client.ask(
            _flow_secrets_secrets.request(), _flow_secrets_secrets.read
        )

    async def set_secret(
        self,
        name: str,
        *,
        host: str,
        value: str,
    ) -> None:
        """Keep a secret, sealed, in the place of the one of that name."""
        return await self._client.ask(
            _flow_secrets_set_secret.request(
                name=name,
                body=NewFlowSecret(
                    host=host,
                    value=value,
                ),
            ),
            _flow_secrets_set_secret.read,
        )

    async def remove_secret(
        self,
        name: str,
    ) -> None:
        """Remove a secret: requests that name it are not made any more."""
        return await self._client.ask(
            _flow_secrets_remove_secret.request(
                name=name,
            ),
            _flow_secrets_remove_secret.read,
        )
