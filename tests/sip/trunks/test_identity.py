"""Who vouches for a caller: what is signed, by whom, about which call; and what becomes of the call."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mediaserver.calls.protocols import Invitation
from mediaserver.errors import CallError, ConfigError
from sip.access.challenger import Challenger
from sip.access.endpoints import Endpoints
from sip.access.gate import Gate
from sip.calls.user_agent import SipAgent
from sip.messages.message import Request
from sip.messages.uri import Uri
from sip.transport.token_buckets import Rate, TokenBuckets
from sip.trunks.board import TrunkBoard
from sip.trunks.callers import given_along
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.identity import FRESH_S, IdentityVerdict, verdict_on
from sip.trunks.identity_signer import IdentitySigner
from sip.trunks.line import TrunkLine
from sip.trunks.origin import origin_of
from sip.trunks.passport import Passport, PassportError
from sip.trunks.signers import (
    BAD_INFO,
    MOST_OCTETS,
    PACE,
    UNSUPPORTED,
    SignerError,
    Signers,
    fetch_by_https,
)
from sip.trunks.spec import CallerRules, NumberRules, Rewrite, TrunkSpec
from sip.trunks.whereabouts import Whereabouts
from tests.sip.agents import SDP, agent, raw_peer
from tests.sip.calls.test_uncollected import _is_over
from tests.sip.trunks.signing import NOW, URL, CallSigner
from tests.sip.trunks.test_board import board_of
from tests.uncollected import standing_still

SIGNER = CallSigner()
RECEIVE = NumberRules((Rewrite(r"0(\d+)", r"+49\1"),))
ACME = TrunkSpec("acme", "acme.test", receive=RECEIVE, identity="verify")
THEN = datetime.datetime.fromtimestamp(NOW, datetime.UTC)


class Site:
    """What https is answered, and how often it was asked."""

    def __init__(self, *pems: bytes) -> None:
        self.pem = b"".join(pems)
        self.asked: list[str] = []

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.pem


def signers(
    signer: CallSigner = SIGNER, site: Site | None = None, folder: Path | None = None, **options: Any
) -> Signers:
    options.setdefault("hosts", ["certificates.test"])
    return Signers(signer.authorities, folder=folder, fetch=site or Site(signer.pem), **options)


def invite(*identities: str, caller: str = "+4930111", to: str = "+4930999", asserted: str = "") -> Request:
    headers = [("From", f"<sip:{caller}@acme.test>;tag=1"), ("To", f"<sip:{to}@us.test>")]
    headers += [("P-Asserted-Identity", asserted)] if asserted else []
    headers += [("Identity", each) for each in identities]
    return Request("INVITE", Uri.parse(f"sip:{to}@us.test"), headers)


async def look(
    request: Request, believed: Signers | None = None, now: float = NOW, spec: TrunkSpec = ACME
) -> IdentityVerdict:
    return await verdict_on(request, spec, (believed or signers()).certificate, lambda: now)


async def test_what_an_authority_stands_behind_passes() -> None:
    verdict = await look(invite(SIGNER.identity()))
    assert verdict.as_dict() == {
        "verstat": "TN-Validation-Passed",
        "attest": "A",
        "origid": "123e4567-e89b-12d3-a456-426655440000",
    }


@pytest.mark.parametrize("given", ["030111", "+4930111", "+49-30-111"])
async def test_numbers_are_compared_as_they_are_meant(given: str) -> None:
    verdict = await look(invite(SIGNER.identity(), caller=given, to="030999"))
    assert verdict.verstat == "TN-Validation-Passed"


async def test_parameters_of_a_number_are_no_part_of_it() -> None:
    """As carriers write them into the user part of SIP addresses (RFC 3261 section 19.1.6)."""
    verdict = await look(
        invite(
            SIGNER.identity(), caller="+4930111;cpc=ordinary", to="+4930999;npdi;rn=+4930998",
            asserted="<sip:+4930111;isup-oli=62@acme.test;user=phone>",
        )
    )  # fmt: skip
    assert verdict.verstat == "TN-Validation-Passed"
    other = await look(invite(SIGNER.identity(), caller="+4930112;tgrp=+4930111"))
    assert other.why == "it is about another caller"


async def test_who_is_asserted_counts_before_from() -> None:
    asserted = "<sip:+4930111@acme.test>"
    passes = await look(invite(SIGNER.identity(), caller="anonymous", asserted=asserted))
    assert passes.verstat == "TN-Validation-Passed"
    fails = await look(invite(SIGNER.identity(), asserted="<sip:+4930112@acme.test>"))
    assert (fails.code, fails.why) == (438, "it is about another caller")


@pytest.mark.parametrize(
    "asserted",
    [
        "<sip:+4930112@acme.test>, <tel:+4930111>",
        "<tel:+4930111>, <sip:+4930112@acme.test>",
        "<sip:bank@acme.test>, <sip:+4930111@acme.test>",
        "<sip:[>, <sip:+4930112@acme.test>",
        "<sip:acme.test>, <sip:+4930112@acme.test>",
        ", ".join(["<sip:+4930111@acme.test>"] * 3 + ["<sip:+4930112@acme.test>"]),
    ],
)
async def test_a_number_of_ones_own_vouches_for_no_other_beside_it(asserted: str) -> None:
    request = invite(SIGNER.identity(), asserted=asserted)
    assert "+4930112" in str(origin_of(request, ACME)) or "bank" in str(origin_of(request, ACME))
    assert (await look(request)).why == "it is about another caller"


async def test_one_caller_may_be_asserted_in_two_ways() -> None:
    request = invite(
        SIGNER.identity(), caller="anonymous", asserted="<sip:+4930111@acme.test>, <tel:+4930111>"
    )
    assert (await look(request)).verstat == "TN-Validation-Passed"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: SIGNER.identity({"dest": {"tn": ["4930998"]}}), 438),
        (lambda: SIGNER.identity({"orig": {"tn": "4930112"}}), 438),
        (lambda: SIGNER.identity({"orig": {}}), 438),
        (lambda: SIGNER.identity({"dest": {"tn": "4930999"}}), 438),
        (lambda: SIGNER.identity({"iat": NOW - FRESH_S - 1}), 403),
        (lambda: SIGNER.identity({"iat": NOW + FRESH_S + 1}), 403),
        (lambda: SIGNER.identity({"iat": True}), 438),
        (lambda: SIGNER.identity({"attest": "D"}), 438),
        (lambda: SIGNER.identity(head={"alg": "none"}), 438),
        (lambda: SIGNER.identity(head={"alg": "HS256"}), 438),
        (lambda: SIGNER.identity(head={"ppt": "div"}), 438),
        (lambda: SIGNER.identity(head={"x5u": "https://certificates.test/other.pem"}), 438),
        (lambda: CallSigner().identity(), 438),  # another key than that of the certificate
        (lambda: SIGNER.identity().replace("info=<https", "info=<http"), 438),
        (lambda: "..x;info=<https://certificates.test/acme.pem>", 438),  # the compact form
        (lambda: SIGNER.identity(url="https://elsewhere.test/acme.pem"), 436),
        (lambda: SIGNER.identity(url="https://certificates.test:22/acme.pem"), 436),
        (lambda: SIGNER.identity(url="https://u@certificates.test/acme.pem"), 436),
        (lambda: SIGNER.identity(url="https://[/acme.pem"), 436),
    ],
)
async def test_what_does_not_hold_does_not_pass(make: Callable[[], str], code: int) -> None:
    verdict = await look(invite(make()))
    assert verdict.code == code and verdict.why and not verdict.attest
    assert verdict.verstat == ("No-TN-Validation" if code == BAD_INFO else "TN-Validation-Failed")


async def test_no_character_of_it_can_be_changed() -> None:
    value = SIGNER.identity()
    token = value.partition(";")[0]
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        assert (await look(invite(value[:at] + other + value[at + 1 :]))).code


async def test_without_one_there_is_nothing_to_say() -> None:
    verdict = await look(invite())
    assert (verdict.verstat, verdict.code) == ("No-TN-Validation", 428)
    assert (await look(invite("x" * 4_000))).code == 428  # too long to be one


async def test_one_of_several_that_holds_is_enough() -> None:
    diverted = SIGNER.identity(head={"ppt": "div"})
    assert (await look(invite(diverted, SIGNER.identity()))).verstat == "TN-Validation-Passed"
    assert (await look(invite(diverted, diverted, diverted, SIGNER.identity()))).code == 438


async def test_a_certificate_of_nobody_or_of_no_numbers_is_not_believed() -> None:
    stranger = CallSigner()
    for believed in (signers(site=Site(stranger.pem)), signers(CallSigner(for_numbers=False))):
        with pytest.raises(SignerError) as refused:
            await believed.certificate(URL, THEN)
        assert refused.value.code == UNSUPPORTED
    expired = await look(invite(SIGNER.identity({"iat": NOW + 400 * 86_400})), now=NOW + 400 * 86_400)
    assert expired.code == UNSUPPORTED and "out of date" in expired.why


async def test_a_certificate_is_fetched_once_however_many_calls_come() -> None:
    site = Site(SIGNER.pem)
    believed = signers(site=site)
    await asyncio.gather(*(believed.certificate(URL, THEN) for _ in range(5)))
    await believed.certificate(URL, THEN)
    assert site.asked == [URL]


async def test_what_is_no_certificate_is_not_asked_for_again_and_again() -> None:
    site = Site(b"<html>")
    believed = signers(site=site)
    for _ in range(3):
        with pytest.raises(SignerError, match="no certificate") as refused:
            await believed.certificate(URL, THEN)
        assert refused.value.code == BAD_INFO
    assert site.asked == [URL]


async def test_who_names_many_addresses_has_few_of_them_asked_for_and_no_signer_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site(SIGNER.pem)
    believed = signers(site=site)
    await believed.certificate(URL, THEN)
    site.pem = b"<html>"
    for number in range(3 * int(PACE.burst)):
        with pytest.raises(SignerError):
            await believed.certificate(f"{URL}?{number}", THEN)
    assert len(site.asked) <= 2 * PACE.burst  # some more of them come with time
    monkeypatch.setattr("sip.trunks.signers.MOST_KEPT", 3)
    monkeypatch.setattr("sip.trunks.signers.PACE", Rate(1e6, 1e6))
    for number in range(5):
        with pytest.raises(SignerError):
            await believed.certificate(f"{URL}?again{number}", THEN)
    asked = len(site.asked)
    await believed.certificate(URL, THEN)
    assert len(site.asked) == asked


async def test_a_known_signer_stays_known_while_too_many_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site(SIGNER.pem)
    believed = signers(site=site)
    monkeypatch.setattr("sip.trunks.signers.KEPT_S", 0.0)
    await believed.certificate(URL, THEN)
    monkeypatch.setattr("sip.trunks.signers.PACE", Rate(1e-9, 1e-9))
    believed._pace = TokenBuckets[str](most=1)
    assert await believed.certificate(URL, THEN) == SIGNER.certificate and site.asked == [URL]
    with pytest.raises(SignerError, match="too many"):
        await believed.certificate(f"{URL}?other", THEN)
    monkeypatch.setattr("sip.trunks.signers.STALE_S", 0.0)
    with pytest.raises(SignerError, match="too many"):
        await believed.certificate(URL, THEN)


async def test_nobody_but_named_hosts_is_asked() -> None:
    site = Site(SIGNER.pem)
    believed = signers(site=site, hosts=[])
    for url in (URL, "https://127.0.0.1/x.pem", "https://certificates.test.evil.test/x.pem"):
        with pytest.raises(SignerError, match="identity_hosts"):
            await believed.certificate(url, THEN)
    assert site.asked == []


async def test_certificates_may_lie_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "signers"
    folder.mkdir()
    (folder / "acme.pem").write_bytes(SIGNER.pem)
    (tmp_path / "other.pem").write_bytes(SIGNER.pem)
    believed = signers(site=Site(b""), folder=folder, hosts=[])
    assert await believed.certificate(URL, THEN) == SIGNER.certificate
    for url in ("https://x.test/../other.pem", "https://x.test/..", "https://x.test/..%2Fother.pem"):
        with pytest.raises(SignerError):
            await believed.certificate(url, THEN)


def test_authorities_that_are_none_are_said() -> None:
    with pytest.raises(ConfigError, match="no certificates in PEM"):
        Signers(b"nothing")


@pytest.mark.parametrize("value", ["", "a.b.c", "é", f"{'e30'}.{'e30'}.{'A' * 86};info=<https://x.test/y>"])
def test_rubbish_is_an_error_of_ours(value: str) -> None:
    with pytest.raises(PassportError):
        Passport.parse(value)


# -- what is handed on


def test_it_is_handed_to_the_agent_and_on_where_a_trunk_wants_it() -> None:
    value = SIGNER.identity()
    about = origin_of(invite(value), ACME).about
    assert about["sip"]["identity"] == [value]
    onward = TrunkSpec("next", "next.test", identity_out=True)
    assert ("Identity", value) in given_along(onward, about)
    assert given_along(TrunkSpec("next", "next.test"), about) == []
    forged = {"sip": {"identity": [f"{value}\r\nX-Evil: 1", "no", 7, value + "é"]}}
    assert given_along(onward, forged) == []


def test_of_who_hides_it_tells_nobody() -> None:
    request = invite(SIGNER.identity())
    request.add("Privacy", "id")
    assert "identity" not in origin_of(request, ACME).about["sip"]


# -- calls


async def played(wish: str, *identities: str, believed: Signers | None = None) -> tuple[int, dict[str, Any]]:
    """The final answer to a call of a trunk with that wish, and what its agent is told."""
    spec = TrunkSpec("acme", "127.0.0.1", identity=wish)  # type: ignore[arg-type]
    board = board_of(spec)
    if believed is not None:
        board.signer_of = believed.certificate
    gate = Gate(Endpoints(trunks=Whereabouts(board).endpoints()), Challenger("x", lambda user: None))
    told: list[Invitation] = []
    answering: list[asyncio.Task[None]] = []

    def onward(call: Invitation) -> None:
        told.append(call)
        answering.append(asyncio.create_task(call.leg.answer()))

    async with agent(lambda call: board.invited(call, onward), gate=gate) as ours, raw_peer() as peer:
        lines = {"From": "<sip:+4930111@127.0.0.1>;tag=raw", "To": "<sip:+4930999@127.0.0.1>"}
        request = peer.make("INVITE", "sip:+4930999@127.0.0.1", body=SDP, lines=lines)
        for value in identities:
            request.add("Identity", value)
        peer.send(request, ours.port)
        final = await peer.response(200, 403, 428, 436, 437, 438)
        if final.status == 200:
            peer.send(peer.in_dialog("ACK", final, cseq=1), ours.port)
            await answering[0]
            peer.send(peer.in_dialog("BYE", final, cseq=2, branch="b"), ours.port)
            await peer.response(200, method="BYE")
        line = board.line("acme")
        assert line is not None and line.limits.calls == 0
        await board.close()
    return final.status, dict(told[0].about["sip"]) if told else {}


@pytest.fixture
def now_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(request: Request, spec: TrunkSpec, signer_of: Any) -> Any:
        return verdict_on(request, spec, signer_of, lambda: NOW)

    monkeypatch.setattr("sip.trunks.board.verdict_on", look)


@pytest.mark.usefixtures("now_is_then")
async def test_calls_by_what_their_trunk_wants() -> None:
    good, bad = SIGNER.identity(), SIGNER.identity({"orig": {"tn": "1"}})
    status, told = await played("pass", bad, believed=signers())
    assert (status, told["identity"]) == (200, [bad]) and "verstat" not in told
    status, told = await played("verify", bad, believed=signers())
    assert (status, told["verstat"]) == (200, "TN-Validation-Failed") and "attest" not in told
    status, told = await played("require", good, believed=signers())
    assert (status, told["verstat"], told["attest"]) == (200, "TN-Validation-Passed", "A")
    assert await played("require", bad, believed=signers()) == (438, {})
    assert await played("require", believed=signers()) == (428, {})
    assert (await played("require", good))[0] == 437  # nobody is believed here


@pytest.mark.usefixtures("now_is_then")
async def test_a_caller_that_goes_while_it_is_looked_at_rings_nowhere() -> None:
    waits = asyncio.Event()

    async def never(url: str, now: datetime.datetime) -> Any:
        waits.set()
        await asyncio.Event().wait()

    board: TrunkBoard = board_of(TrunkSpec("acme", "127.0.0.1", identity="verify"))
    board.signer_of = never
    gate = Gate(Endpoints(trunks=Whereabouts(board).endpoints()), Challenger("x", lambda user: None))
    told: list[Invitation] = []
    async with agent(lambda call: board.invited(call, told.append), gate=gate) as ours, raw_peer() as peer:
        lines = {"From": "<sip:+4930111@127.0.0.1>;tag=raw", "To": "<sip:+4930999@127.0.0.1>"}
        request = peer.make("INVITE", "sip:+4930999@127.0.0.1", body=SDP, lines=lines)
        request.add("Identity", SIGNER.identity())
        peer.send(request, ours.port)
        await asyncio.wait_for(waits.wait(), 5)
        peer.send(peer.make("CANCEL", "sip:+4930999@127.0.0.1", lines=lines), ours.port)
        await peer.response(487)
        await board.close()
    assert told == []


async def test_what_is_fetched_is_bounded_and_goes_nowhere_else(aiohttp_site: str) -> None:
    assert await fetch_by_https(f"{aiohttp_site}/good") == b"pem"
    for path, why in [("/gone", "404"), ("/sent-on", "302"), ("/long", "too long")]:
        with pytest.raises(SignerError, match=why):
            await fetch_by_https(aiohttp_site + path)
    with pytest.raises(SignerError, match="cannot be fetched"):
        await fetch_by_https("http://127.0.0.1:1/")


@pytest.fixture
async def aiohttp_site() -> AsyncIterator[str]:
    async def good(request: web.Request) -> web.Response:
        return web.Response(body=b"pem")

    async def sent_on(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/good"})

    async def long(request: web.Request) -> web.Response:
        return web.Response(body=bytes(MOST_OCTETS + 1))

    app = web.Application()
    app.add_routes([web.get("/good", good), web.get("/sent-on", sent_on), web.get("/long", long)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


# -- ours


def our_key(curve: ec.EllipticCurve | None = None) -> bytes:
    key = SIGNER.key if curve is None else ec.generate_private_key(curve)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


async def test_what_we_sign_is_what_others_verify() -> None:
    made = IdentitySigner(our_key(), URL).headers("+4930111", "+4930999", "B", NOW + 0.5)
    assert [name for name, _ in made] == ["Date", "Identity"] and made[0][1].endswith(" GMT")
    verdict = await look(invite(made[1][1]), now=NOW + 2)
    assert (verdict.verstat, verdict.attest) == ("TN-Validation-Passed", "B")
    other = IdentitySigner(our_key(), URL).headers("+4930111", "+4930999", "B", NOW)
    assert Passport.parse(made[1][1]).origin != Passport.parse(other[1][1]).origin


@pytest.mark.parametrize(
    "numbers", [("101", "+4930999"), ("+4930111", "999"), ("+49*1", "+4930999"), ("", "")]
)
def test_what_is_no_number_of_the_world_is_not_vouched_for(numbers: tuple[str, str]) -> None:
    assert IdentitySigner(our_key(), URL).headers(*numbers, "A", NOW) == []


@pytest.mark.parametrize(
    ("key", "url", "why"),
    [
        (b"nothing", URL, "no private key"),
        (our_key(ec.SECP384R1()), URL, "P-256"),
        (our_key(), "http://x.test/a.pem", "identity_url"),
        (our_key(), "", "identity_url"),
        (our_key(), "https://x.test/a>b", "identity_url"),
    ],
)
def test_a_key_that_cannot_sign_is_said(key: bytes, url: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as said:
        IdentitySigner(key, url)
    assert "PRIVATE" not in str(said.value)


@pytest.mark.parametrize(
    ("caller", "rules", "came_by", "attest"),
    [
        ("+4930111", CallerRules(number="+4930111"), "", "A"),
        ("+4930111", CallerRules("fixed", "+4930222"), "", "A"),
        ("+4930111", CallerRules("allowed", "+4930222", ("+4930*",)), "", "A"),
        ("+1212555", CallerRules(), "", "C"),
        ("101", CallerRules(), "", None),
        # Nobody is to learn who calls, and the number stands in what is signed.
        ("+4930111", CallerRules(number="+4930111", asserts=False, privacy="always"), "", None),
        ("sip:anonymous@anonymous.invalid", CallerRules(number="+4930111", asserts=False), "", None),
        # Anybody may call in as a number of ours, and have an agent send the call on.
        ("sip:+4930111@acme.test", CallerRules("allowed", "+4930222", ("+4930*",)), "carrier", "C"),
        ("+4930222", CallerRules("allowed", "+4930222", ("+4930*",)), "carrier", "C"),
        ("+4930222", CallerRules(number="+4930222"), "carrier", "C"),
        ("+1212555", CallerRules("allowed", "+4930222", ("+4930*",)), "carrier", "A"),
        ("+4930222", CallerRules("fixed", "+4930222"), "carrier", "A"),
    ],
)
async def test_calls_go_out_vouched_for_as_far_as_the_number_is_ours(
    caller: str, rules: CallerRules, came_by: str, attest: str | None
) -> None:
    async with agent() as us, raw_peer() as peer:
        spec = TrunkSpec("acme", "127.0.0.1", peer.port, prefixes=("*",), caller=rules, sign="A")
        carrier = TrunkCarrier(us, lambda: [TrunkLine(spec)])
        carrier.signer = IdentitySigner(our_key(), URL)
        about = {"sip": {"trunk": came_by}} if came_by else {}
        placing = asyncio.create_task(carrier.place("+4930999", caller, timeout_s=5.0, about=about))
        sent = await peer.request("INVITE")
        peer.send(sent.response(486, to_tag="t"), us.port)
        with pytest.raises(CallError):
            await placing
    if attest is None:
        assert sent.get("Identity") is None
        return
    passport = Passport.parse(sent.get("Identity") or "")
    assert passport.attest == attest and passport.called == ("4930999",)
    assert passport.caller in (sent.get("From") or "") and passport.is_signed_by(SIGNER.certificate)


async def test_what_was_handed_on_is_not_signed_once_more() -> None:
    value = SIGNER.identity()
    async with agent() as us, raw_peer() as peer:
        spec = TrunkSpec("acme", "127.0.0.1", peer.port, prefixes=("*",), sign="A", identity_out=True)
        carrier = TrunkCarrier(us, lambda: [TrunkLine(spec)])
        carrier.signer = IdentitySigner(our_key(), URL)
        about = {"sip": {"identity": [value]}}
        placing = asyncio.create_task(carrier.place("+4930999", "+4930111", timeout_s=5.0, about=about))
        sent = await peer.request("INVITE")
        peer.send(sent.response(486, to_tag="t"), us.port)
        with pytest.raises(CallError):
            await placing
    assert sent.get_all("Identity") == [value]


@pytest.mark.usefixtures("now_is_then")
async def test_calls_that_are_looked_at_leave_nothing_for_the_collector() -> None:
    board = board_of(TrunkSpec("acme", "127.0.0.1", identity="require"))
    board.signer_of = signers().certificate
    gate = Gate(Endpoints(trunks=Whereabouts(board).endpoints()), Challenger("x", lambda user: None))
    answering: list[asyncio.Task[None]] = []

    def onward(call: Invitation) -> None:
        answering.append(asyncio.create_task(call.leg.answer()))

    async with agent(lambda call: board.invited(call, onward), gate=gate) as ours, raw_peer() as peer:

        async def one(number: int, identity: str) -> None:
            lines = {"From": "<sip:+4930111@127.0.0.1>;tag=raw", "To": "<sip:+4930999@127.0.0.1>"}
            lines |= {"Call-ID": f"call-{number}", "Identity": identity}
            request = peer.make(
                "INVITE", "sip:+4930999@127.0.0.1", branch=f"i{number}", body=SDP, lines=lines
            )
            peer.send(request, ours.port)
            final = await peer.response(200, 438)
            if final.status == 200:
                for method, cseq in (("ACK", 1), ("BYE", 2)):
                    more = peer.in_dialog(method, final, cseq=cseq, branch=f"{method}{number}")
                    more.set("Call-ID", f"call-{number}")
                    peer.send(more, ours.port)
                    if method == "ACK":
                        await answering.pop()
                await peer.response(200, method="BYE")
            else:
                lines["To"] = final.get("To") or ""
                ack = peer.make("ACK", "sip:+4930999@127.0.0.1", branch=f"i{number}", lines=lines)
                peer.send(ack, ours.port)

        good, bad = SIGNER.identity(), SIGNER.identity({"orig": {"tn": "1"}})
        await one(0, good)
        await one(1, bad)
        with standing_still() as uncollected:
            for number in range(2, 8, 2):
                await one(number, good)
                await one(number + 1, bad)
            await until_over(ours)
            assert uncollected() == []
        await board.close()


async def until_over(us: SipAgent) -> None:
    async with asyncio.timeout(10):
        while not _is_over(us):  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0.01)
