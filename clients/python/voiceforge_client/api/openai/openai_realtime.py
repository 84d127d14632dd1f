from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.open_ai_problem_shown import OpenAiProblemShown
from ...types import UNSET, Response


def _get_kwargs(
    *,
    model: str,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["model"] = model

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/realtime",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | OpenAiProblemShown | None:
    if response.status_code == 101:
        response_101 = cast(Any, None)
        return response_101

    if response.status_code == 400:
        response_400 = OpenAiProblemShown.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = OpenAiProblemShown.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = OpenAiProblemShown.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = OpenAiProblemShown.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = OpenAiProblemShown.from_dict(response.json())

        return response_409

    if response.status_code == 429:
        response_429 = OpenAiProblemShown.from_dict(response.json())

        return response_429

    if response.status_code == 503:
        response_503 = OpenAiProblemShown.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | OpenAiProblemShown]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    model: str,
) -> Response[Any | OpenAiProblemShown]:
    """A conversation by OpenAI's Realtime protocol: events as JSON over a WebSocket.

     With a language model, or an agent of kind llm, the client gives the instructions and runs the
    functions;
    an agent that is a flow or code goes by its own lights. See docs/realtime.md for the events.

    Args:
        model (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OpenAiProblemShown]
    """

    kwargs = _get_kwargs(
        model=model,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    model: str,
) -> Any | OpenAiProblemShown | None:
    """A conversation by OpenAI's Realtime protocol: events as JSON over a WebSocket.

     With a language model, or an agent of kind llm, the client gives the instructions and runs the
    functions;
    an agent that is a flow or code goes by its own lights. See docs/realtime.md for the events.

    Args:
        model (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OpenAiProblemShown
    """

    return sync_detailed(
        client=client,
        model=model,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    model: str,
) -> Response[Any | OpenAiProblemShown]:
    """A conversation by OpenAI's Realtime protocol: events as JSON over a WebSocket.

     With a language model, or an agent of kind llm, the client gives the instructions and runs the
    functions;
    an agent that is a flow or code goes by its own lights. See docs/realtime.md for the events.

    Args:
        model (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | OpenAiProblemShown]
    """

    kwargs = _get_kwargs(
        model=model,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    model: str,
) -> Any | OpenAiProblemShown | None:
    """A conversation by OpenAI's Realtime protocol: events as JSON over a WebSocket.

     With a language model, or an agent of kind llm, the client gives the instructions and runs the
    functions;
    an agent that is a flow or code goes by its own lights. See docs/realtime.md for the events.

    Args:
        model (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | OpenAiProblemShown
    """

    return (
        await asyncio_detailed(
            client=client,
            model=model,
        )
    ).parsed
