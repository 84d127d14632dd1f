from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.page_delivery_shown import PageDeliveryShown
from ...models.problem_shown import ProblemShown
from ...models.webhook_deliveries_state_type_0 import (
    WebhookDeliveriesStateType0,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["limit"] = limit

    params["cursor"] = cursor

    json_state: None | str | Unset
    if isinstance(state, Unset):
        json_state = UNSET
    elif isinstance(state, str):
        json_state = state
    else:
        json_state = state
    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/webhooks/{id}/deliveries".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PageDeliveryShown | ProblemShown | None:
    if response.status_code == 200:
        response_200 = PageDeliveryShown.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemShown.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemShown.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemShown.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemShown.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ProblemShown.from_dict(response.json())

        return response_409

    if response.status_code == 429:
        response_429 = ProblemShown.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = ProblemShown.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PageDeliveryShown | ProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> Response[PageDeliveryShown | ProblemShown]:
    """What was sent, or is to be, newest first; `state=dead`: what was given up.

    Args:
        id (UUID):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (None | Unset | WebhookDeliveriesStateType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PageDeliveryShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        limit=limit,
        cursor=cursor,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> PageDeliveryShown | ProblemShown | None:
    """What was sent, or is to be, newest first; `state=dead`: what was given up.

    Args:
        id (UUID):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (None | Unset | WebhookDeliveriesStateType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PageDeliveryShown | ProblemShown
    """

    return sync_detailed(
        id=id,
        client=client,
        limit=limit,
        cursor=cursor,
        state=state,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> Response[PageDeliveryShown | ProblemShown]:
    """What was sent, or is to be, newest first; `state=dead`: what was given up.

    Args:
        id (UUID):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (None | Unset | WebhookDeliveriesStateType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PageDeliveryShown | ProblemShown]
    """

    kwargs = _get_kwargs(
        id=id,
        limit=limit,
        cursor=cursor,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient,
    limit: int | Unset = 50,
    cursor: str | Unset = "",
    state: None | Unset | WebhookDeliveriesStateType0 = UNSET,
) -> PageDeliveryShown | ProblemShown | None:
    """What was sent, or is to be, newest first; `state=dead`: what was given up.

    Args:
        id (UUID):
        limit (int | Unset):  Default: 50.
        cursor (str | Unset):  Default: ''.
        state (None | Unset | WebhookDeliveriesStateType0):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PageDeliveryShown | ProblemShown
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            limit=limit,
            cursor=cursor,
            state=state,
        )
    ).parsed
