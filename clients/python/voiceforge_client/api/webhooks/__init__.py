"""webhooks"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.delivery_shown import DeliveryShown
from ...models.new_webhook import NewWebhook
from ...models.page_delivery_shown import PageDeliveryShown
from ...models.page_webhook_shown import PageWebhookShown
from ...models.problem_shown import ProblemShown
from ...models.replay_wanted import ReplayWanted
from ...models.replayed_deliveries import ReplayedDeliveries
from ...models.webhook_change import WebhookChange
from ...models.webhook_deliveries_state_type_0 import (
    WebhookDeliveriesStateType0,
    check_webhook_deliveries_state_type_0,
)
from ...models.webhook_shown import WebhookShown
from ...models.webhook_with_secret import WebhookWithSecret
from ...types import UNSET, File, ServerEvent, Unset
from . import add_webhook as _add_webhook
from . import change_webhook as _change_webhook
from . import remove_webhook as _remove_webhook
from . import rotate_webhook as _rotate_webhook
from . import try_webhook as _try_webhook
from . import webhook as _webhook
from . import webhook_deliveries as _webhook_deliveries
from . import webhooks as _webhooks
from . import webhooks_replay_deliveries as _webhooks_replay_deliveries
from . import webhooks_replay_delivery as _webhooks_replay_delivery

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Webhooks:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageWebhookShown:
        """Your endpoints, newest first."""
        return self._client.ask(
            _webhooks.request(
                limit=limit,
                cursor=cursor,
            ),
            _webhooks.read,
        )

    def add(
        self,
        *,
        url: str,
        topics: List[str] | Unset = UNSET,
        description: str | Unset = "",
        active: bool | Unset = True,
    ) -> WebhookWithSecret:
        """A new endpoint.

        It is sent the events from now on whose topics fit; a key's endpoints those of its own calls, agents
        and
        flows, an admin's all. The secret is shown this once.
        """
        return self._client.ask(
            _add_webhook.request(
                body=NewWebhook(
                    url=url,
                    topics=topics,
                    description=description,
                    active=active,
                ),
            ),
            _add_webhook.read,
        )

    def get(
        self,
        id: UUID,
    ) -> WebhookShown:
        """One endpoint, and how it fares."""
        return self._client.ask(
            _webhook.request(
                id=id,
            ),
            _webhook.read,
        )

    def remove(
        self,
        id: UUID,
    ) -> None:
        """Remove it with its deliveries; what waits is not sent."""
        return self._client.ask(
            _remove_webhook.request(
                id=id,
            ),
            _remove_webhook.read,
        )

    def change(
        self,
        id: UUID,
        *,
        url: None | str | Unset = UNSET,
        topics: List[str] | None | Unset = UNSET,
        description: None | str | Unset = UNSET,
        active: bool | None | Unset = UNSET,
    ) -> WebhookShown:
        """Change what is given."""
        return self._client.ask(
            _change_webhook.request(
                id=id,
                body=WebhookChange(
                    url=url,
                    topics=topics,
                    description=description,
                    active=active,
                ),
            ),
            _change_webhook.read,
        )

    def rotate(
        self,
        id: UUID,
    ) -> WebhookWithSecret:
        """A new secret.

        For `webhooks.rotation_hours` each delivery is signed with both, so that you may change over.
        """
        return self._client.ask(
            _rotate_webhook.request(
                id=id,
            ),
            _rotate_webhook.read,
        )

    def test(
        self,
        id: UUID,
    ) -> DeliveryShown:
        """Send it a `ping`, also when it is switched off; see its deliveries for what came of it."""
        return self._client.ask(
            _try_webhook.request(
                id=id,
            ),
            _try_webhook.read,
        )

    def deliveries(
        self,
        id: UUID,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
    ) -> PageDeliveryShown:
        """What was sent, or is to be, newest first; `state=dead`: what was given up."""
        return self._client.ask(
            _webhook_deliveries.request(
                id=id,
                limit=limit,
                cursor=cursor,
                state=state,
            ),
            _webhook_deliveries.read,
        )

    def replay_delivery(
        self,
        id: UUID,
        delivery: UUID,
    ) -> ReplayedDeliveries:
        """Send a dead letter again, under the same `webhook-id`."""
        return self._client.ask(
            _webhooks_replay_delivery.request(
                id=id,
                delivery=delivery,
            ),
            _webhooks_replay_delivery.read,
        )

    def replay_deliveries(
        self,
        id: UUID,
        *,
        since: datetime.datetime,
    ) -> ReplayedDeliveries:
        """Send all dead letters again that were made since a time, the oldest thousand first."""
        return self._client.ask(
            _webhooks_replay_deliveries.request(
                id=id,
                body=ReplayWanted(
                    since=since,
                ),
            ),
            _webhooks_replay_deliveries.read,
        )


class AsyncWebhooks:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
    ) -> PageWebhookShown:
        """Your endpoints, newest first."""
        return await self._client.ask(
            _webhooks.request(
                limit=limit,
                cursor=cursor,
            ),
            _webhooks.read,
        )

    async def add(
        self,
        *,
        url: str,
        topics: List[str] | Unset = UNSET,
        description: str | Unset = "",
        active: bool | Unset = True,
    ) -> WebhookWithSecret:
        """A new endpoint.

        It is sent the events from now on whose topics fit; a key's endpoints those of its own calls, agents
        and
        flows, an admin's all. The secret is shown this once.
        """
        return await self._client.ask(
            _add_webhook.request(
                body=NewWebhook(
                    url=url,
                    topics=topics,
                    description=description,
                    active=active,
                ),
            ),
            _add_webhook.read,
        )

    async def get(
        self,
        id: UUID,
    ) -> WebhookShown:
        """One endpoint, and how it fares."""
        return await self._client.ask(
            _webhook.request(
                id=id,
            ),
            _webhook.read,
        )

    async def remove(
        self,
        id: UUID,
    ) -> None:
        """Remove it with its deliveries; what waits is not sent."""
        return await self._client.ask(
            _remove_webhook.request(
                id=id,
            ),
            _remove_webhook.read,
        )

    async def change(
        self,
        id: UUID,
        *,
        url: None | str | Unset = UNSET,
        topics: List[str] | None | Unset = UNSET,
        description: None | str | Unset = UNSET,
        active: bool | None | Unset = UNSET,
    ) -> WebhookShown:
        """Change what is given."""
        return await self._client.ask(
            _change_webhook.request(
                id=id,
                body=WebhookChange(
                    url=url,
                    topics=topics,
                    description=description,
                    active=active,
                ),
            ),
            _change_webhook.read,
        )

    async def rotate(
        self,
        id: UUID,
    ) -> WebhookWithSecret:
        """A new secret.

        For `webhooks.rotation_hours` each delivery is signed with both, so that you may change over.
        """
        return await self._client.ask(
            _rotate_webhook.request(
                id=id,
            ),
            _rotate_webhook.read,
        )

    async def test(
        self,
        id: UUID,
    ) -> DeliveryShown:
        """Send it a `ping`, also when it is switched off; see its deliveries for what came of it."""
        return await self._client.ask(
            _try_webhook.request(
                id=id,
            ),
            _try_webhook.read,
        )

    async def deliveries(
        self,
        id: UUID,
        *,
        limit: int | Unset = 50,
        cursor: str | Unset = "",
        state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
    ) -> PageDeliveryShown:
        """What was sent, or is to be, newest first; `state=dead`: what was given up."""
        return await self._client.ask(
            _webhook_deliveries.request(
                id=id,
                limit=limit,
                cursor=cursor,
                state=state,
            ),
            _webhook_deliveries.read,
        )

    async def replay_delivery(
        self,
        id: UUID,
        delivery: UUID,
    ) -> ReplayedDeliveries:
        """Send a dead letter again, under the same `webhook-id`."""
        return await self._client.ask(
            _webhooks_replay_delivery.request(
                id=id,
                delivery=delivery,
            ),
            _webhooks_replay_delivery.read,
        )

    async def replay_deliveries(
        self,
        id: UUID,
        *,
        since: datetime.datetime,
    ) -> ReplayedDeliveries:
        """Send all dead letters again that were made since a time, the oldest thousand first."""
        return await self._client.ask(
            _webhooks_replay_deliveries.request(
                id=id,
                body=ReplayWanted(
                    since=since,
                ),
            ),
            _webhooks_replay_deliveries.read,
        )
