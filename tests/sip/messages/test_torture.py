"""Each of the 49 messages of RFC 4475 gets the verdict of the RFC, by datagram and by stream."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from sip.messages.framing import FramingError, KeepAlive, StreamFramer
from sip.messages.grammar import ParseError
from sip.messages.message import Request, Response
from sip.messages.parsing import MessageError, parse, validate
from tests.sip.messages import torture

REFUSED = {
    "badinv01": 400,
    "clerr": 400,
    "ncl": 400,
    "scalar02": 400,
    "quotbal": 400,
    "ltgtruri": 400,
    "lwsruri": 400,
    "lwsstart": 400,
    "trws": 400,
    "escruri": 400,
    "regbadct": 400,
    "badaspec": 400,
    "baddn": 400,
    "badvers": 505,
    "mismatch01": 400,
    "mismatch02": 400,
    "badbranch": 400,
    "insuf": 400,
    "multi01": 400,
    "mcl01": 400,
}
DROPPED = ("scalarlg", "bigcode", "bcast")
RESPONSES = ("unreason", "noreason")
ACCEPTED = sorted(set(torture.NAMES) - set(REFUSED) - set(DROPPED) - set(RESPONSES))


def accepted(name: str) -> Request:
    message = parse(torture.load(name))
    assert isinstance(message, Request)
    validate(message)
    return message


def test_all_49_messages_are_covered() -> None:
    assert len(torture.NAMES) == 49
    assert len(ACCEPTED) + len(REFUSED) + len(DROPPED) + len(RESPONSES) == 49


@pytest.mark.parametrize("name", ACCEPTED)
def test_is_accepted_and_survives_a_round_trip(name: str) -> None:
    message = accepted(name)
    again = parse(bytes(message))
    assert isinstance(again, Request)
    validate(again)
    assert bytes(again) == bytes(message)
    assert (again.method, again.uri, again.body) == (message.method, message.uri, message.body)
    assert (again.from_, again.to, again.vias, again.cseq) == (
        message.from_,
        message.to,
        message.vias,
        message.cseq,
    )


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_is_refused_with_an_error_response(name: str) -> None:
    with pytest.raises(MessageError) as caught:
        accepted(name)
    assert caught.value.status == REFUSED[name]
    request = caught.value.request
    assert request is not None
    response = bytes(request.response(caught.value.status, to_tag="x"))
    assert response.startswith(f"SIP/2.0 {REFUSED[name]} ".encode())
    assert b"\r\nVia: SIP/" in response


@pytest.mark.parametrize("name", DROPPED)
def test_broken_response_is_dropped(name: str) -> None:
    with pytest.raises(MessageError) as caught:
        parse(torture.load(name))
    assert caught.value.request is None


@pytest.mark.parametrize("name", torture.NAMES)
def test_stream_gives_the_same_verdict_as_a_datagram(name: str) -> None:
    data = torture.load(name)
    whole = StreamFramer().feed(data)
    framer = StreamFramer()
    by_bytes = [item for byte in data for item in framer.feed(bytes([byte]))]

    def messages(items: list[object]) -> list[str]:
        return [repr(item) for item in items if not isinstance(item, KeepAlive)]

    assert messages([*whole]) == messages([*by_bytes])
    if name in ("clerr", "baddn"):  # the stream waits for the rest
        assert whole == [] and not framer.idle
        return
    first = whole[0]
    if name in ("ncl", "mcl01", "inv2543"):  # no way to tell where the message ends
        assert isinstance(first, FramingError) and first.status == 400
        assert first.request is not None
        assert framer.feed(b"OPTIONS") == []
    elif name in ACCEPTED:
        assert isinstance(first, Request)
        validate(first)
    elif name in RESPONSES:
        assert isinstance(first, Response)
    elif isinstance(first, Request):
        with pytest.raises(MessageError) as caught:
            validate(first)
        assert caught.value.status == REFUSED[name]
    else:
        assert isinstance(first, MessageError)
        assert first.request is None if name in DROPPED else first.status == REFUSED[name]


def test_wsinv() -> None:
    message = accepted("wsinv")
    assert message.uri.user == "vivekg" and message.uri.params == {"unknownparam": None}
    assert message.to.tag == "1918181833n"
    assert message.from_.display == 'J Rosenberg \\"' and message.from_.tag == "98asjd8"
    assert message.max_forwards == 68
    assert (message.cseq.number, message.cseq.method) == (9, "INVITE")
    assert [(via.transport, via.host, via.branch) for via in message.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert message.get("subject") == ""
    assert message.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert message.routes[0].uri.is_loose_router
    contact = message.contacts[0]
    assert contact.display == 'Quoted string ""'
    assert contact.params == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert len(message.body) == 150


def test_intmeth() -> None:
    message = accepted("intmeth")
    assert message.method == "!interesting-Method0123456789_*+`.%indeed'~" == message.cseq.method
    assert message.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.uri.host == "example.com"
    assert message.via.branch == "z9hG4bK-.!%66*_+`'~"
    assert message.to.display == "BEL:\a NUL:\0 DEL:\x7f"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_.params["fromparam''~+*_!.-%"] == '"работающий"'
    assert message.max_forwards == 255
    assert message.get("extensionHeader-!.%*+_`'~") == "\ufeff大停電"


def test_esc01() -> None:
    message = accepted("esc01")
    assert message.uri.user == "sips%3Auser%40example.com"
    assert message.uri.unescaped_user == "sips:user@example.com"
    assert message.to.uri.unescaped_user == "user"
    assert message.contacts[0].uri.params == {"%6c%72": None, "n%61me": "v%61lue%25%34%31"}


def test_escnull() -> None:
    message = accepted("escnull")
    first, second = message.contacts
    assert first.uri.unescaped_user == "\0" and second.uri.unescaped_user == "\0\0"
    assert not first.uri.same_as(second.uri)


def test_esc02() -> None:
    message = accepted("esc02")
    assert message.method == "RE%47IST%45R"
    assert message.to.display == "%Z%45"
    assert [contact.uri.user for contact in message.contacts] == ["alias1", "alias3"]


def test_lwsdisp() -> None:
    assert accepted("lwsdisp").from_.display == "caller"


def test_longreq() -> None:
    message = accepted("longreq")
    assert len(message.vias) == 34
    assert len(message.from_.uri.user or "") > 50 and message.from_.tag is not None
    assert len(message.call_id) > 100


def test_dblreq() -> None:
    message = accepted("dblreq")
    assert message.method == "REGISTER" and message.body == b""


def test_semiuri() -> None:
    uri = accepted("semiuri").uri
    assert uri.unescaped_user == "user;par=u@example.net" and uri.params == {}


def test_transports() -> None:
    assert [via.transport for via in accepted("transports").vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01() -> None:
    message = accepted("mpart01")
    assert len(message.body) == int(message.get("content-length") or 0)
    assert b"\0" in message.body and message.content_type == "multipart/mixed"


def test_unreason() -> None:
    message = parse(torture.load("unreason"))
    assert isinstance(message, Response)
    assert message.status == 200 and message.reason.endswith("девять - простое")
    assert bytes(message).split(b"\r\n")[0] == torture.load("unreason").split(b"\r\n")[0]


def test_noreason() -> None:
    message = parse(torture.load("noreason"))
    assert isinstance(message, Response)
    assert (message.status, message.reason) == (100, "")


def test_escruri_does_not_become_a_route() -> None:
    with pytest.raises(MessageError) as caught:
        accepted("escruri")
    assert caught.value.request is not None and caught.value.request.routes == []


def test_unkscm_and_novelsc_keep_their_scheme_for_416() -> None:
    assert accepted("unkscm").uri.scheme == "nobodyknowsthisscheme"
    assert accepted("novelsc").uri.scheme == "soap.beep"
    assert not accepted("novelsc").uri.is_sip


def test_unksm2() -> None:
    message = accepted("unksm2")
    assert (message.to.uri.scheme, message.from_.uri.scheme) == ("isbn", "http")
    assert str(message.contacts[0].uri) == "name:John_Smith"


def test_bext01() -> None:
    message = accepted("bext01")
    assert message.get_all("Require") == ["nothingSupportsThis", "nothingSupportsThisEither"]
    assert message.get_all("Proxy-Require") == ["noProxiesSupportThis", "norDoAnyProxiesSupportThis"]


def test_zeromf() -> None:
    assert accepted("zeromf").max_forwards == 0


def test_cparam01() -> None:
    contact = accepted("cparam01").contacts[0]
    assert contact.params == {"unknownparam": None} and contact.uri.params == {}


def test_cparam02() -> None:
    contact = accepted("cparam02").contacts[0]
    assert contact.params == {} and contact.uri.params == {"unknownparam": None}


def test_regescrt() -> None:
    message = accepted("regescrt")
    assert message.contacts[0].uri.headers == "Route=%3Csip:sip.example.com%3E"
    assert message.routes == []


def test_inv2543() -> None:
    message = accepted("inv2543")
    assert message.from_.tag is None and message.via.branch is None and message.max_forwards is None
    assert message.body.startswith(b"v=0")
    assert message.record_routes[0].uri.params["maddr"] == "ss1.example.com"


def test_baddn_with_its_blank_line_is_still_ambiguous() -> None:
    path = torture.FOLDER / "extra" / "baddn.with-blank-line.dat"
    if not path.exists():
        pytest.skip("no extra torture messages here")
    message = parse(path.read_bytes())
    assert isinstance(message, Request)
    with pytest.raises(MessageError) as caught:
        validate(message)
    assert caught.value.status == 400


def test_a_start_line_that_is_no_request_is_dropped() -> None:
    path = torture.FOLDER / "extra" / "test.dat"
    if not path.exists():
        pytest.skip("no extra torture messages here")
    with pytest.raises(MessageError) as caught:
        parse(path.read_bytes())
    assert caught.value.request is None


def jsip_messages() -> list[bytes]:
    path = torture.FOLDER / "extra" / "jsip-torture.xml"
    if not path.exists():
        return []
    root = ElementTree.parse(path).getroot()
    texts = [(element.text or "").strip("\n") for element in root.iter("message")]
    return [text.replace("\n", "\r\n").encode() + b"\r\n\r\n" for text in texts]


def test_jsip_messages_are_read_or_refused_and_never_break_the_parser() -> None:
    messages = jsip_messages()
    if not messages:
        pytest.skip("no extra torture messages here")
    read = 0
    for data in messages:
        try:
            message = parse(data)
            validate(message)
        except ParseError:
            continue
        again = parse(bytes(message))
        assert bytes(again) == bytes(message)
        read += 1
    assert read >= len(messages) // 3
