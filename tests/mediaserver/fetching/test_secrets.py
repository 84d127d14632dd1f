"""Secrets reach their own host, and nothing else that can be looked at."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest
from aiohttp import web

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.request import FetchRequest
from mediaserver.fetching.secrets import MASK, FromSecret, Masking
from tests.mediaserver.fetching.servers import client, serving

VALUE = 's3cr3t "with" all/of+it'


@dataclass(frozen=True)
class Kept:
    host: str
    value: str = VALUE


@dataclass(frozen=True)
class Shelf:
    host: str
    value: str = VALUE

    def secret(self, name: str) -> Kept | None:
        return Kept(self.host, self.value) if name == "crm" else None


BEARER = {"Authorization": FromSecret("crm", "Bearer ")}


async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {"said": request.headers.get("Authorization", ""), "key": request.query.get("k")}
    )


async def test_a_secret_is_put_where_it_is_named_and_taken_out_of_what_is_kept() -> None:
    masking = Masking()
    async with client() as made, serving(echo=echo) as at:
        made.secrets = Shelf("127.0.0.1")
        request = FetchRequest(f"{at}/echo?a=b", headers=BEARER, query=(("k", FromSecret("crm")),))
        answer = await made.fetch(request, masking)
    assert answer.json() == {"said": f"Bearer {VALUE}", "key": VALUE}
    assert VALUE not in repr(request)
    assert masking.data(answer.json()) == {"said": f"Bearer {MASK}", "key": MASK}
    assert "s3cr3t" not in masking.text(answer.text())
    for spelling in ("s3cr3t%20%22with%22%20all%2fof%2bit", "s3cr3t+%22with%22+all/of%2Bit"):
        assert masking.text(f"?k={spelling}&") == f"?k={MASK}&"


@pytest.mark.parametrize(
    ("held_for", "value", "name", "says"),
    [
        ("api.example", VALUE, "crm", 'the secret "crm" is for api.example, and not sent to 127.0.0.1'),
        ("127.0.0.1:1", VALUE, "crm", "is for 127.0.0.1:1"),
        ("127.0.0.1", "abc", "crm", "cannot be sent"),
        ("127.0.0.1", "abcd\r\nX: y", "crm", "cannot be sent"),
        ("127.0.0.1", VALUE, "other", 'there is no secret "other"'),
        ("not a host", VALUE, "crm", "is for not a host"),
    ],
)
async def test_a_secret_goes_nowhere_else(held_for: str, value: str, name: str, says: str) -> None:
    async with client() as made, serving(echo=echo) as at:
        made.secrets = Shelf(held_for, value)
        with pytest.raises(FetchError) as caught:
            await made.fetch(FetchRequest(f"{at}/echo", headers={"X-Key": FromSecret(name)}))
    assert caught.value.kind is FetchFault.BAD_REQUEST
    assert says in str(caught.value)
    assert value not in str(caught.value)


async def test_a_secret_is_not_sent_in_the_clear_but_to_a_listed_host() -> None:
    async with client("10.0.0.1") as made:
        made.secrets = Shelf("example.com")
        with pytest.raises(FetchError, match="not sent unencrypted: write https"):
            await made.fetch(FetchRequest("http://example.com/", headers=BEARER))


async def test_a_secret_stays_with_its_host_over_a_redirect_and_goes_to_no_other() -> None:
    async def there(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/echo"})

    async def away(request: web.Request) -> web.Response:
        to = f"http://127.0.0.2:{request.url.port}/echo?{request.query_string}"
        return web.Response(status=307, headers={"Location": to})

    async with client("127.0.0.0/8") as made, serving(there=there, away=away, echo=echo) as at:
        made.secrets = Shelf("127.0.0.1")
        answer = await made.fetch(FetchRequest(f"{at}/there", headers=BEARER))
        assert answer.json()["said"] == f"Bearer {VALUE}"
        with pytest.raises(FetchError, match="redirects to another host"):
            await made.fetch(FetchRequest(f"{at}/away", headers=BEARER))


async def test_a_secret_that_is_held_for_a_port_does_not_follow_to_another() -> None:
    async def up(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://127.0.0.1:8443/"})

    async with client() as made, serving(up=up) as at:
        made.secrets = Shelf(at.removeprefix("http://"))
        with pytest.raises(FetchError, match='the secret "crm" is for'):
            await made.fetch(FetchRequest(f"{at}/up", headers=BEARER))


@pytest.mark.parametrize("path", ["gone", "cut", "echo"])
async def test_neither_errors_nor_logs_tell_a_secret(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async with client() as made, serving(cut=cut, echo=echo) as at:
        made.secrets = Shelf("127.0.0.1")
        to = "http://127.0.0.1:2" if path == "gone" else f"{at}/{path}"
        with caplog.at_level(logging.DEBUG):
            try:
                await made.fetch(FetchRequest(to, headers=BEARER, query=(("k", FromSecret("crm")),)))
            except FetchError as error:
                assert "s3cr3t" not in f"{error} {error.__cause__} {error.__context__!r}"
    assert "s3cr3t" not in caplog.text


def test_masking_leaves_all_else_as_it_is() -> None:
    masking = Masking()
    data = {"a": [1, None, 2.5, True, "plain"], "word1": "word1"}
    assert masking.data(data) == data
    masking.add("word1")
    assert masking.data(data) == {"a": [1, None, 2.5, True, "plain"], MASK: MASK}
    masking.add("word12")  # the longer one is taken out whole
    assert masking.text("word123 word1") == f"{MASK}3 {MASK}"
