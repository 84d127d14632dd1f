from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem_shown import ProblemShown
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_topics: list[str] | Unset = UNSET
    if not isinstance(topics, Unset):
        json_topics = topics

    params["topics"] = json_topics

    json_call: None | str | Unset
    if isinstance(call, Unset):
        json_call = UNSET
    elif isinstance(call, UUID):
        json_call = str(call)
    else:
        json_call = call
    params["call"] = json_call

    json_after: int | None | Unset
    if isinstance(after, Unset):
        json_after = UNSET
    else:
        json_after = after
    params["after"] = json_after

    params["partials"] = partials

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/events/stream",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ProblemShown | str | None:
    if response.status_code == 200:
        response_200 = response.text
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
) -> Response[ProblemShown | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
) -> Response[ProblemShown | str]:
    """Events as server-sent events, from now on or from where you were.

     `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
    is the
    topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
    told;
    `gap` says that events up to a number are not kept any more; `reset` that no event has your number
    yet,
    since the database was made anew, and from which on you are told; `partial` has no number.

    Args:
        topics (list[str] | Unset):
        call (None | Unset | UUID):
        after (int | None | Unset):
        partials (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | str]
    """

    kwargs = _get_kwargs(
        topics=topics,
        call=call,
        after=after,
        partials=partials,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
) -> ProblemShown | str | None:
    """Events as server-sent events, from now on or from where you were.

     `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
    is the
    topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
    told;
    `gap` says that events up to a number are not kept any more; `reset` that no event has your number
    yet,
    since the database was made anew, and from which on you are told; `partial` has no number.

    Args:
        topics (list[str] | Unset):
        call (None | Unset | UUID):
        after (int | None | Unset):
        partials (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | str
    """

    return sync_detailed(
        client=client,
        topics=topics,
        call=call,
        after=after,
        partials=partials,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
) -> Response[ProblemShown | str]:
    """Events as server-sent events, from now on or from where you were.

     `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
    is the
    topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
    told;
    `gap` says that events up to a number are not kept any more; `reset` that no event has your number
    yet,
    since the database was made anew, and from which on you are told; `partial` has no number.

    Args:
        topics (list[str] | Unset):
        call (None | Unset | UUID):
        after (int | None | Unset):
        partials (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemShown | str]
    """

    kwargs = _get_kwargs(
        topics=topics,
        call=call,
        after=after,
        partials=partials,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    topics: list[str] | Unset = UNSET,
    call: None | Unset | UUID = UNSET,
    after: int | None | Unset = UNSET,
    partials: bool | Unset = False,
) -> ProblemShown | str | None:
    """Events as server-sent events, from now on or from where you were.

     `id` is the number; a browser's EventSource sends it when it comes back and goes on there. `event`
    is the
    topic, `data` what `/api/events` shows. First comes `ready` with the number from which on you are
    told;
    `gap` says that events up to a number are not kept any more; `reset` that no event has your number
    yet,
    since the database was made anew, and from which on you are told; `partial` has no number.

    Args:
        topics (list[str] | Unset):
        call (None | Unset | UUID):
        after (int | None | Unset):
        partials (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemShown | str
    """

    return (
        await asyncio_detailed(
            client=client,
            topics=topics,
            call=call,
            after=after,
            partials=partials,
        )
    ).parsed
