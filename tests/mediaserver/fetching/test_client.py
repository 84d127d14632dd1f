"""The client before real servers, good and bad ones."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib

import pytest
from aiohttp import web
from opentelemetry.sdk.trace import TracerProvider

from mediaserver.errors import CapacityError, FetchError, FetchFault
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import FetchLimits, GuardedClient
from mediaserver.fetching.request import MOST_BYTES, FetchRequest
from tests.mediaserver.fetching.servers import QUICK, Names, answering, client, sending, serving


async def fault(made: GuardedClient, url: str, **more: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await made.fetch(FetchRequest(url, **more))  # type: ignore[arg-type]
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.__cause__ is None
    return caught.value


async def hello(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path, "headers": dict(request.headers)})


async def test_an_answer_comes_with_all_that_it_says() -> None:
    async def make(request: web.Request) -> web.Response:
        assert await request.json() == {"name": "Zoë"}
        return web.json_response({"id": 7}, status=201, headers={"X-Rate": "5", "Set-Cookie": "a=b"})

    async with client() as made, serving(make=make) as at:
        answer = await made.fetch(FetchRequest.of_json(f"{at}/make", {"name": "Zoë"}))
    assert (answer.status, answer.ok, answer.content_type, answer.json()) == (
        201, True, "application/json", {"id": 7},
    )  # fmt: skip
    assert answer.headers["x-rate"] == "5"
    assert "set-cookie" not in answer.headers


async def test_a_status_that_is_an_error_is_an_answer() -> None:
    async def gone(_: web.Request) -> web.Response:
        return web.Response(status=410, text="no more")

    async with client() as made, serving(gone=gone) as at:
        answer = await made.fetch(FetchRequest(f"{at}/gone"))
    assert (answer.status, answer.ok, answer.text()) == (410, False, "no more")


async def test_no_cookie_is_kept_and_no_proxy_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    seen: list[str] = []

    async def cookie(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        return web.Response(headers={"Set-Cookie": "session=1"})

    async with client("localhost") as made, serving(cookie=cookie) as at:
        at = at.replace("127.0.0.1", "localhost")
        for _ in range(2):
            await made.fetch(FetchRequest(f"{at}/cookie"))
    assert seen == ["", ""]


async def test_without_a_list_nothing_of_this_machine_is_reached() -> None:
    async with serving(hello=hello) as at:
        made = GuardedClient(AddressRule())
        port = at.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.0.0.1."):
            error = await fault(made, f"http://{host}:{port}/hello")
            assert error.kind is FetchFault.REFUSED_ADDRESS
            assert "list it in fetch.allow" in str(error)
        assert (await made.reachable(f"{at}/hello")).fault is FetchFault.REFUSED_ADDRESS
        await made.close()


async def test_the_address_that_was_judged_is_the_one_that_is_dialled() -> None:
    """A name server that answers with a public address first and with this machine then is asked once for a
    connection, and refused when it is asked again."""
    names = Names(rebound_example=[["192.88.99.1"], ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"]])
    async with serving(hello=hello) as at:
        made = GuardedClient(AddressRule(["192.88.99.0/24"]), QUICK, lookup=names)
        url = at.replace("127.0.0.1", "rebound.example") + "/hello"
        first = await fault(made, url)
        assert first.kind in (FetchFault.CONNECTION, FetchFault.TIMEOUT)  # where it was said to be
        assert names.asked == ["rebound.example"]
        for _ in range(2):
            refused = await fault(made, url)
            assert refused.kind is FetchFault.REFUSED_ADDRESS
            assert "rebound.example leads to a loopback address" in str(refused)
        await made.close()


async def test_a_name_that_leads_here_is_dialled_where_this_machine_is_listed() -> None:
    names = Names(here_example=[["127.0.0.1"]])
    async with client(lookup=names) as made, serving(hello=hello) as at:
        for _ in range(2):  # the second by the same connection, without a question
            answer = await made.fetch(FetchRequest(at.replace("127.0.0.1", "here.example") + "/hello"))
            assert answer.json()["headers"]["Host"].startswith("here.example:")
    assert names.asked == ["here.example"]


async def test_a_port_of_another_protocol_is_not_asked() -> None:
    async with client() as made:
        for url in ("http://127.0.0.1:25/", "https://example.com:22/"):
            assert "belongs to another protocol" in str(await fault(made, url))
            assert (await made.reachable(url)).fault is FetchFault.REFUSED_ADDRESS


async def test_an_address_that_grows_too_long_by_its_query_is_not_sent() -> None:
    query = tuple((f"k{n}", "ü" * 40) for n in range(40))
    async with client() as made:
        error = await fault(made, "http://127.0.0.1/", query=query)
    assert (error.kind, "8000 characters" in str(error)) == (FetchFault.BAD_REQUEST, True)


async def test_of_headers_so_much_is_kept_and_no_more() -> None:
    async def wordy(_: web.Request) -> web.Response:
        return web.Response(headers={f"X-{n:02}": "x" * 4000 for n in range(30)})

    async with client() as made, serving(wordy=wordy) as at:
        answer = await made.fetch(FetchRequest(f"{at}/wordy"))
    assert answer.headers["x-00"] == "x" * 4000
    assert sum(map(len, answer.headers.values())) <= 16_384


async def test_a_name_that_nobody_has_is_said() -> None:
    async with client() as made:
        error = await fault(made, "http://nobody.invalid/")
    assert (error.kind, error.retryable) == (FetchFault.DNS, True)


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("http://169.254.169.254/latest/meta-data", "another host"),
        ("//evil.example/", "another host"),
        ("http://127.0.0.2/", "another host"),
        ("http://127.0.0.1:1/", "another port"),
        ("http://user@127.0.0.1/", "no address"),
        ("http://0x7f.1/", "no address"),
        ("file:///etc/passwd", "no address"),
        ("//[", "no address"),
        ("/round?and", "more than 3 times"),
    ],
)
async def test_a_redirect_to_elsewhere_is_not_followed(to: str, says: str) -> None:
    async def round(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": to})

    async with client() as made, serving(round=round) as at:
        error = await fault(made, f"{at}/round")
    assert error.kind is FetchFault.REDIRECT
    assert says in str(error)


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (307, "POST", b"x"), (308, "POST", b"x")],
)
async def test_a_redirect_on_the_same_host_is_followed_as_browsers_do(
    status: int, method: str, body: bytes
) -> None:
    async def old(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "new?a=b"})

    async def new(request: web.Request) -> web.Response:
        assert (request.method, await request.read(), request.query["a"]) == (method, body, "b")
        assert ("Content-Type" in request.headers) == bool(body)
        return web.Response(text="there")

    async with client() as made, serving(old=old, new=new) as at:
        request = FetchRequest(f"{at}/old", "POST", body=b"x", content_type="text/plain")
        assert (await made.fetch(request)).text() == "there"


async def test_an_answer_that_is_too_large_is_given_up() -> None:
    async def exact(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * MOST_BYTES)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    async with client() as made, serving(exact=exact, endless=endless) as at:
        assert len((await made.fetch(FetchRequest(f"{at}/exact"))).body) == MOST_BYTES
        error = await fault(made, f"{at}/exact", most_bytes=MOST_BYTES - 1)
        assert error.kind is FetchFault.TOO_LARGE
        assert (await fault(made, f"{at}/endless")).kind is FetchFault.TOO_LARGE


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_given_up_and_what_is_compressed_is_read(encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress

    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=pack(bytes(20_000_000)), headers={"Content-Encoding": encoding})

    async def small(_: web.Request) -> web.Response:
        return web.Response(body=pack(b"hello" * 9999), headers={"Content-Encoding": encoding})

    async with client() as made, serving(bomb=bomb, small=small) as at:
        assert (await fault(made, f"{at}/bomb")).kind is FetchFault.TOO_LARGE
        assert (await made.fetch(FetchRequest(f"{at}/small"))).body == b"hello" * 9999


async def test_what_is_encoded_otherwise_is_not_taken_for_text() -> None:
    async def packed(_: web.Request) -> web.Response:
        return web.Response(body=b"?", headers={"Content-Encoding": "br"})

    async with client() as made, serving(packed=packed) as at:
        assert (await fault(made, f"{at}/packed")).kind is FetchFault.BAD_ANSWER


async def test_slow_headers_and_bodies_are_given_up_in_one_time_for_all() -> None:
    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.01)

    async with client() as made, serving(silent=silent, dripping=dripping) as at:
        for name in ("silent", "dripping"):
            error = await fault(made, f"{at}/{name}", timeout_s=0.1, retries=3)
            assert error.kind is FetchFault.TIMEOUT
            assert "within 0.1 s" in str(error)


async def test_headers_that_drip_are_given_up() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with client() as made, sending(drip) as at:
        assert (await fault(made, at, timeout_s=0.1)).kind is FetchFault.TIMEOUT


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", FetchFault.CONNECTION),
        (b"SSH-2.0-OpenSSH_9.2\r\n", FetchFault.BAD_ANSWER),
        (OK + b"X: " + b"x" * 20_000 + b"\r\n\r\n", FetchFault.BAD_ANSWER),
        (OK + b"X: y\r\n" * 500 + b"\r\n", FetchFault.BAD_ANSWER),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", FetchFault.BAD_ANSWER),
        (OK + b"Content-Length: 9\r\n\r\nshort", FetchFault.BAD_ANSWER),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n", FetchFault.BAD_ANSWER),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", FetchFault.BAD_ANSWER),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx", FetchFault.BAD_ANSWER),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", FetchFault.BAD_ANSWER),
        (
            OK
            + b"Content-Encoding: gzip\r\nContent-Length: 15\r\n\r\n"
            + gzip.compress(b"hello", mtime=0)[:15],
            FetchFault.BAD_ANSWER,
        ),
    ],
)
async def test_what_is_no_answer_is_said(answer: bytes, kind: FetchFault) -> None:
    async with client() as made, sending(answering(answer)) as at:
        error = await fault(made, at, timeout_s=2)
    assert error.kind is kind


PACKED = gzip.compress(b'{"a": 1}', mtime=0)
GOOD = (
    OK + b"Content-Type: application/json; charset=utf-8\r\nContent-Encoding: gzip\r\n"
    b"Transfer-Encoding: chunked\r\nLocation: /a\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(PACKED), PACKED)
)


async def test_whatever_comes_is_an_answer_or_one_of_our_errors() -> None:
    chance = random.Random(10)

    async def spoilt(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = bytearray(GOOD)
        for _cut in range(chance.randint(0, 3)):
            begin = chance.randrange(len(data))
            data[begin : begin + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        writer.write(data)
        await writer.drain()

    outcomes = set[str]()
    async with client(clock=lambda: 0.0) as made, sending(spoilt) as at:
        for _ in range(150):
            try:
                answer = await made.fetch(FetchRequest(at, timeout_s=1))
                answer.json()
                outcomes.add("answer")
            except FetchError as error:
                outcomes.add(error.kind)
    assert outcomes <= {"answer", "bad answer", "connection", "redirect", "circuit open"}
    assert {"answer", "bad answer"} <= outcomes


async def test_a_server_that_closes_its_half_and_still_answers_is_read_to_the_end() -> None:
    async def half(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Connection: close\r\n\r\nall of it")
        writer.write_eof()
        await asyncio.sleep(60)

    async with client() as made, sending(half) as at:
        assert (await made.fetch(FetchRequest(at))).text() == "all of it"


async def test_a_closed_port_is_said_in_words() -> None:
    async with serving() as at:
        pass
    async with client() as made:
        error = await fault(made, at)
    assert error.kind is FetchFault.CONNECTION
    assert "connection refused" in str(error)


async def test_a_caller_who_hangs_up_leaves_nothing_behind() -> None:
    asked = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        raise AssertionError

    one = FetchLimits(at_once=1, at_once_per_host=1)
    async with client(limits=one) as made, serving(silent=silent, hello=hello) as at:
        task = asyncio.create_task(made.fetch(FetchRequest(f"{at}/silent")))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await made.fetch(FetchRequest(f"{at}/hello"))).ok  # its place is free


@pytest.mark.parametrize(
    "request_",
    [
        FetchRequest("http://127.0.0.1/", "TRACE"),
        FetchRequest("http://127.0.0.1/", "GET", body=b"x"),
        FetchRequest("http://127.0.0.1/", "POST", body=bytes(300_000)),
        FetchRequest("http://127.0.0.1/", headers={"Host": "evil.example"}),
        FetchRequest("http://127.0.0.1/", headers={"Transfer-Encoding": "chunked"}),
        FetchRequest("http://127.0.0.1/", headers={"X": "a\r\nY: b"}),
        FetchRequest("http://127.0.0.1/", headers={"X Y": "a"}),
        FetchRequest("http://127.0.0.1/", headers={f"X{i}": "a" for i in range(99)}),
        FetchRequest("http://127.0.0.1/", "POST", body=b"x", content_type="a\r\nb: c"),
        FetchRequest("http://127.0.0.1/", timeout_s=0),
        FetchRequest("http://127.0.0.1/", timeout_s=float("nan")),
        FetchRequest("http://127.0.0.1/", retries=9),
    ],
)
async def test_a_request_that_is_written_wrongly_is_not_sent(request_: FetchRequest) -> None:
    async with client() as made:
        with pytest.raises(FetchError) as caught:
            await made.fetch(request_)
    assert caught.value.kind is FetchFault.BAD_REQUEST


async def test_whether_a_host_can_be_reached_is_seen_without_a_request() -> None:
    requests: list[str] = []

    async def any(request: web.Request) -> web.Response:
        requests.append(request.path)
        return web.Response()

    async with client() as made, serving(any=any) as at:
        assert (await made.reachable(f"{at}/any")).ok
        tls = await made.reachable(at.replace("http:", "https:"))
        assert (tls.ok, tls.fault) == (False, FetchFault.TLS)
        assert (await made.reachable("http://2130706433/")).fault is FetchFault.BAD_REQUEST
    async with client() as made:
        assert (await made.reachable(at)).fault is FetchFault.CONNECTION
    assert requests == []


async def test_a_host_can_be_reached_when_one_of_its_addresses_can() -> None:
    names = Names(here_example=[["127.0.0.2", "127.0.0.1"]], gone_example=[["127.0.0.2", "127.0.0.3"]])
    async with client("127.0.0.0/8", lookup=names) as made, serving(hello=hello) as at:
        assert (await made.reachable(at.replace("127.0.0.1", "here.example"))).ok
        gone = await made.reachable(at.replace("127.0.0.1", "gone.example"))
    assert (gone.fault, "connection refused" in gone.why) == (FetchFault.CONNECTION, True)


async def test_what_is_fetched_for_a_traced_request_is_of_its_trace() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    async with client() as made, serving(hello=hello) as at:
        with tracer.start_as_current_span("request") as span:
            inside = await made.fetch(FetchRequest(f"{at}/hello"))
            own = await made.fetch(FetchRequest(f"{at}/hello", headers={"traceparent": "mine"}))
        outside = await made.fetch(FetchRequest(f"{at}/hello"))
    told = [answer.json()["headers"].get("traceparent", "") for answer in (inside, own, outside)]
    assert told[0].split("-")[1:3] == [
        f"{span.get_span_context().trace_id:032x}",
        f"{span.get_span_context().span_id:016x}",
    ]
    assert told[1:] == ["mine", ""]


async def test_a_download_goes_to_whoever_takes_it_and_is_larger_and_slower_than_an_answer_may_be() -> None:
    content = bytes(range(256)) * (MOST_BYTES // 128)  # twice what an answer may have
    taken: list[bytes] = []

    async def take(data: bytes) -> None:
        taken.append(data)

    async def large(_: web.Request) -> web.Response:
        response = web.Response(body=content)
        response.enable_compression()
        return response

    async def moved(_: web.Request) -> web.Response:
        raise web.HTTPFound("/large")

    async with client() as made, serving(large=large, moved=moved) as at:
        answer = await made.download(FetchRequest(f"{at}/moved"), take, most_bytes=len(content), within_s=30)
        assert (answer.status, answer.body) == (200, b"") and b"".join(taken) == content
        with pytest.raises(FetchError) as caught:
            await made.download(FetchRequest(f"{at}/large"), take, most_bytes=len(content) - 1, within_s=30)
        assert caught.value.kind is FetchFault.TOO_LARGE


async def test_what_a_taker_raises_ends_the_download() -> None:
    async def take(data: bytes) -> None:
        raise CapacityError("the disk is full")

    async with client() as made, serving(hello=hello) as at:
        with pytest.raises(CapacityError):
            await made.download(FetchRequest(f"{at}/hello"), take, most_bytes=1_000, within_s=5)


async def test_a_download_goes_nowhere_that_a_fetch_may_not() -> None:
    async def take(data: bytes) -> None:
        raise AssertionError("nothing may come")

    made = GuardedClient(AddressRule())
    try:
        with pytest.raises(FetchError) as caught:
            await made.download(FetchRequest("http://127.0.0.1:9/a.wav"), take, most_bytes=9, within_s=5)
        assert caught.value.kind is FetchFault.REFUSED_ADDRESS
    finally:
        await made.close()
