"""What `trunks check` finds out, with trunks of words, and over sockets with our own registrar as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import CallError
from sip.access.authenticator import Authenticator
from sip.calls.registrar import Registrar
from sip.messages.message import Request, Response
from sip.messages.uri import Uri
from sip.trunks import checking
from sip.trunks.checking import TrunkCheck
from sip.trunks.spec import Quirks, TrunkSpec
from tests.sip.agents import agent, raw_peer

ACME = TrunkSpec(
    "acme", "acme.test", username="me", password="correct horse", prefixes=("+49",),
    quirks=Quirks(udp_to_tcp=False),
)  # fmt: skip
Answer = Callable[[Request], Response | CallError]


class Trunk:
    """Answers as the test says, to whatever is asked."""

    host = "192.0.2.9"

    def __init__(self, **answers: Answer) -> None:
        self._answers = answers
        self.asked: list[tuple[str, str, Sequence[tuple[str, str]]]] = []

    async def ask(
        self,
        method: str,
        uri: str,
        lines: Sequence[tuple[str, str]] = (),
        *,
        who: str | None = None,
        proxy: str | None = None,
        transport: str = "udp",
    ) -> Response:
        self.asked.append((method, transport, lines))
        headers = [("Via", "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1"), ("CSeq", f"1 {method}"), *lines]
        request = Request(method, Uri.parse(uri), headers)
        answer = self._answers.get(f"{method}_{transport}", self._answers.get(method, fine))(request)
        if isinstance(answer, CallError):
            raise answer
        return answer


def fine(request: Request) -> Response:
    return request.response(200, headers=[("Server", "Pbx 1.0")])


def silent(request: Request) -> CallError:
    return CallError("acme.test does not answer", 408)


def refusing(status: int) -> Answer:
    return lambda request: request.response(status)


def asking(password: str, *algorithms: str, realm: str = "acme", after: int = 200) -> Answer:
    """A registrar that knows `me`."""
    auth = Authenticator(realm, {"me": password}.get, algorithms=algorithms or ("SHA-256", "MD5"))

    def answer(request: Request) -> Response:
        given = request.get("Authorization")
        verdict = auth.verify(given, request.method, request.uri, b"", "192.0.2.1", 0.0)
        if verdict.ok:
            return request.response(after)
        return request.response(
            401, headers=[("WWW-Authenticate", each) for each in auth.challenge("192.0.2.1", 0.0)]
        )

    return answer


async def resolved(host: str) -> list[str]:
    if host == "gone.test":
        raise OSError("no such name")
    return ["192.0.2.1"]


async def looked(spec: TrunkSpec, **answers: Answer) -> dict[str, Finding]:
    return {each.name: each async for each in TrunkCheck(spec, Trunk(**answers), resolved).look()}


async def test_a_trunk_that_works_is_fine_throughout() -> None:
    found = await looked(ACME, REGISTER=asking("correct horse"))
    assert all(finding.ok for finding in found.values()), found
    assert found["answer"].detail == "200 OK to OPTIONS over UDP (Pbx 1.0)"
    assert found["password"].detail == "right, by SHA-256"


async def test_nothing_is_registered_and_no_password_is_shown() -> None:
    trunk = Trunk(REGISTER=asking("other"))
    told = str([each async for each in TrunkCheck(ACME, trunk, resolved).look()])
    assert "correct horse" not in told
    for _, _, lines in trunk.asked:
        assert not any(name == "Contact" for name, _ in lines)


async def test_an_unknown_host_is_one_line() -> None:
    found = await looked(replace(ACME, host="gone.test"))
    assert list(found) == ["name"] and found["name"].detail == "there is no host gone.test"


async def test_a_server_that_stays_on_its_machine_says_so() -> None:
    trunk = Trunk()
    trunk.host = "127.0.0.1"
    found = [each async for each in TrunkCheck(ACME, trunk, resolved).look()]
    assert found[-1].fatal and "sip.host is 127.0.0.1" in found[-1].detail and not trunk.asked


async def test_silence_is_told_and_another_transport_is_tried() -> None:
    found = await looked(ACME, OPTIONS=silent)
    assert found["answer"].fatal and "firewall" in found["answer"].mend
    found = await looked(ACME, OPTIONS=silent, OPTIONS_tcp=fine)
    assert found["answer"].mend == "set transport to tcp"


@pytest.mark.parametrize(
    ("register", "said", "mend"),
    [
        (asking("other"), "'me' or its password is wrong (401 again)", "correct username"),
        (asking("correct horse", after=403), "403 Forbidden with our password", "forbids this account"),
        (refusing(403), "refuses REGISTER: 403", "forbids this account"),
        (refusing(404), "refuses REGISTER: 404", "check username"),
        (
            asking("correct horse", realm="elsewhere"),
            "realm is 'elsewhere', the row says 'acme'",
            "set realm",
        ),
        (silent, "does not answer", "no registrar"),
    ],
)
async def test_what_is_wrong_with_a_password_is_one_clear_line(
    register: Answer, said: str, mend: str
) -> None:
    found = (await looked(replace(ACME, realm="acme", register=True), REGISTER=register))["password"]
    assert found.fatal and said in found.detail and mend in found.mend


async def test_no_other_realm_gets_an_answer_also_when_both_ask() -> None:
    right, answered = asking("correct horse", realm="acme"), []

    def both(request: Request) -> Response | CallError:
        if (given := request.get("Authorization")) is not None:
            answered.append(given)
        response = right(request)
        if isinstance(response, Response) and response.status == 401:
            response.add("WWW-Authenticate", 'Digest realm="evil", nonce="n", qop="auth", algorithm=SHA-256')
        return response

    found = await looked(replace(ACME, realm="acme"), REGISTER=both)
    assert found["password"].ok and answered and not any("evil" in each for each in answered)


async def test_a_trunk_that_asks_for_nothing_or_takes_no_registrations_is_fine() -> None:
    assert (await looked(ACME, REGISTER=fine))["password"].detail == "it asks for none"
    assert (await looked(ACME, REGISTER=refusing(405)))["password"].ok
    assert not (await looked(replace(ACME, register=True), REGISTER=refusing(501)))["password"].ok


async def test_a_password_that_is_missing_is_told() -> None:
    found = (await looked(replace(ACME, password=""), REGISTER=asking("x")))["password"]
    assert (found.detail, found.mend) == ("it asks for a password", "give it one: --password")


async def test_md5_only_is_found_by_itself() -> None:
    right = asking("correct horse")

    def no_sha(request: Request) -> Response | CallError:
        given = request.get("Authorization") or ""
        return asking("x")(request) if "SHA-256" in given else right(request)

    found = (await looked(ACME, REGISTER=no_sha))["password"]
    assert not found.ok and found.mend == "set quirks.md5_only to true"
    spec = replace(ACME, quirks=replace(ACME.quirks, md5_only=True))
    assert (await looked(spec, REGISTER=no_sha))["password"].detail == "right, by MD5"


async def test_a_digest_that_we_do_not_know_is_told() -> None:
    challenge = [("WWW-Authenticate", 'Digest realm="a", nonce="n", algorithm=SHA-3')]
    found = (await looked(ACME, REGISTER=lambda r: r.response(401, headers=challenge)))["password"]
    assert "it asks for SHA-3" in found.detail
    nothing = (await looked(ACME, REGISTER=lambda r: r.response(401)))["password"]
    assert "nothing that we know" in nothing.detail


async def test_codecs_and_nat_are_read_from_its_answer() -> None:
    sdp = b"v=0\r\nm=audio 0 RTP/AVP 9 96\r\na=rtpmap:96 opus/48000/2\r\n"

    def says(request: Request) -> Response:
        request.set("Via", "SIP/2.0/UDP 192.0.2.9:5060;received=203.0.113.5;rport=1024;branch=z9hG4bK1")
        return request.response(200, body=sdp, content_type="application/sdp")

    found = await looked(ACME, OPTIONS=says, REGISTER=asking("correct horse"))
    assert found["codecs"].detail == "none in common: it has G722, OPUS" and found["codecs"].fatal
    assert "sees us at 203.0.113.5" in found["our address"].detail and not found["our address"].fatal
    opus = await looked(replace(ACME, codecs=("opus", "PCMU")), OPTIONS=says, REGISTER=fine)
    assert opus["codecs"].detail == "in common: opus"


async def test_the_row_itself_is_looked_at() -> None:
    spec = replace(ACME, prefixes=(), enabled=False, encryption="required")
    found = await looked(spec, REGISTER=fine)
    assert {"row", "prefixes", "encryption"} == {name for name, each in found.items() if not each.ok}
    assert not any(each.fatal for each in found.values())


async def test_over_sockets_with_a_registrar(monkeypatch: pytest.MonkeyPatch) -> None:
    registrar = Registrar("acme", {"100": "correct horse"}.get)
    async with agent(registrar=registrar) as server, agent() as us:
        spec = TrunkSpec(
            "acme", "127.0.0.1", server.port, username="100", password="correct horse", register=True,
            prefixes=("+49",),
        )  # fmt: skip
        found = {each.name: each async for each in TrunkCheck(spec, us).look()}
        assert all(finding.ok for finding in found.values()), found
        assert found["long requests"].detail == "it takes TCP, too"
        assert not registrar.lookup("100", 0.0)
        wrong = replace(spec, password="battery")
        found = {each.name: each async for each in TrunkCheck(wrong, us).look()}
        assert "password is wrong" in found["password"].detail


async def test_a_trunk_without_tcp_is_told_which_quirk_to_set() -> None:
    async with agent(tcp=False) as server, agent() as us:
        spec = TrunkSpec("acme", "127.0.0.1", server.port, prefixes=("+49",))
        found = {each.name: each async for each in TrunkCheck(spec, us).look()}
        assert "quirks.udp_to_tcp" in found["long requests"].mend and not found["long requests"].fatal


async def test_a_port_without_anybody_does_not_hold_us_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "ANSWER_S", 0.2)
    async with raw_peer() as mute, agent() as us:
        found = [each async for each in TrunkCheck(TrunkSpec("a", "127.0.0.1", mute.port), us).look()]
        assert found[-1].fatal and "no answer to OPTIONS within 0.2 s" in found[-1].detail
