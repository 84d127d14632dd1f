"""A lite agent of ICE, by itself and on the sockets of a stream."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from mediaserver.media.connectivity import IceCredentials, IceSession
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.checking import PATIENCE_NS
from mediaserver.rtp.ice import CHECKS_AT_ONCE, LEFT_NS, MOST_SUITORS, IceLite
from mediaserver.rtp.packets import HEADER, Address
from mediaserver.rtp.permission import RATIO
from mediaserver.rtp.stream import RtpStream
from mediaserver.rtp.stun import BindingRequest, binding_request
from mediaserver.rtp.wire import RtpWire

OURS = IceCredentials("ours", "o" * 24)
THEIRS = IceCredentials("them", "t" * 24)
SESSION = IceSession(OURS, THEIRS)
ONE, OTHER = ("192.0.2.1", 4_000), ("2001:db8::1", 4_002)
_transactions = itertools.count(1)


def check(
    username: str = "ours:them", password: str = OURS.password, *, use: bool = False, priority: int = 7
) -> bytes:
    transaction = next(_transactions).to_bytes(12, "big")
    return binding_request(transaction, username, password, use_candidate=use, priority=priority)


# -- STUN


def test_the_request_of_rfc_5769_is_read_and_proven() -> None:
    """Section 2.1, octet by octet."""
    sample = bytes.fromhex(
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff"
        "80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249"
        "c1b571a280280004e57a3bcf"
    )
    request = BindingRequest.parse(sample)
    assert request is not None and request.username == b"evtj:h6vY" and request.priority == 0x6E0001FF
    assert request.controlled and not request.use_candidate and request.unknown == ()
    assert request.is_from(b"VOkJxbRl1RmTxUk/WvJxBt") and not request.is_from(b"VOkJxbRl1RmTxUk/WvJxBT")


def test_no_octet_of_a_request_can_be_changed_or_left_out() -> None:
    data = check(use=True)
    for at in range(len(data) - 8):  # what follows the integrity is for demultiplexing alone
        forged = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        request = BindingRequest.parse(forged)
        assert request is None or not request.is_from(OURS.password.encode())
        assert BindingRequest.parse(data[:at]) is None


@pytest.mark.parametrize("data", [b"", b"\0", bytes(20), bytes(600), b"\0\1\0\4!\x12\xa4B" + bytes(16)])
def test_what_is_no_request_is_none(data: bytes) -> None:
    assert BindingRequest.parse(data) is None


def test_what_follows_the_integrity_is_nobodys() -> None:
    """An attribute that somebody on the way has added."""
    data = check()[:-8]
    more = data[:2] + (len(data) - 20 + 4).to_bytes(2, "big") + data[4:] + b"\x00\x25\x00\x00"
    request = BindingRequest.parse(more)
    assert request is not None and not request.use_candidate


def test_responses_say_where_the_request_came_from() -> None:
    response = IceLite(SESSION).check(check(), ("192.0.2.1", 32_853), 0)
    assert response is not None and response[:2] == b"\x01\x01"
    assert response[20:32] == bytes.fromhex("002000080001a147e112a643")  # as in RFC 5769, section 2.2
    six = IceLite(SESSION).check(check(), OTHER, 0)
    assert six is not None and six[20:26] == bytes.fromhex("002000140002")


# -- the agent


def place_of(agent: IceLite) -> Address | None:
    return agent.nominated.place if agent.nominated is not None else None


@pytest.mark.parametrize(
    "data",
    [
        check(password=THEIRS.password),
        check("them:ours"),
        check("ours"),
        check("ours:other"),
        check("oursX:them"),
        check()[:-8][:-24],
        b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),  # no user name, no integrity
        b"\x01" + check()[1:],
    ],
)
def test_who_does_not_know_the_password_gets_nothing_and_moves_nothing(data: bytes) -> None:
    agent = IceLite(SESSION)
    assert agent.check(data, ONE, 0) is None and agent.nominated is None


def test_a_check_alone_nominates_nothing() -> None:
    agent = IceLite(SESSION)
    assert agent.check(check(), ONE, 0) is not None and place_of(agent) is None
    assert agent.check(check(use=True), ONE, 0) is not None
    assert place_of(agent) == ONE


def test_of_several_nominated_ways_the_best_counts_while_it_is_used() -> None:
    agent = IceLite(SESSION)
    places = []
    for place, priority, at in [(ONE, 5, 0), (OTHER, 9, 1), (ONE, 5, 2), (ONE, 5, LEFT_NS + 2)]:
        agent.check(check(use=True, priority=priority), place, at)
        places.append(place_of(agent))
    assert places == [ONE, OTHER, OTHER, ONE]


def test_whoever_believes_that_we_choose_is_told_of_the_conflict() -> None:
    agent = IceLite(SESSION)
    data = binding_request(bytes(12), "ours:them", OURS.password, use_candidate=True, controlling=False)
    response = agent.check(data, ONE, 0)
    assert response is not None and response[:2] == b"\x01\x11"
    assert response[20:28] == b"\x00\x09\x00\x11\x00\x00\x04\x57"  # 487
    assert len(response) <= RATIO * len(data) and agent.nominated is None


def test_an_attribute_that_must_be_understood_is_named() -> None:
    agent = IceLite(SESSION)
    many = [(0x0040 + n, b"") for n in range(9)]
    data = binding_request(bytes(12), "ours:them", OURS.password, use_candidate=True, more=many)
    response = agent.check(data, ONE, 0)
    assert response is not None and b"\x00\x0a\x00\x08\x00\x40\x00\x41\x00\x42\x00\x43" in response
    assert len(response) <= RATIO * len(data) and agent.nominated is None


def test_more_checks_than_anybody_needs_are_not_answered() -> None:
    agent = IceLite(SESSION)
    answered = [agent.check(check(), ONE, 0) is not None for _ in range(CHECKS_AT_ONCE + 5)]
    assert answered == [True] * CHECKS_AT_ONCE + [False] * 5
    assert agent.check(check(), ONE, SECOND_NS // 50) is not None
    wrong = IceLite(SESSION)
    for _ in range(CHECKS_AT_ONCE + 5):  # who does not know our ufrag uses nobody's share up
        wrong.check(check("xxxx:them"), ONE, 0)
    assert wrong.check(check(), ONE, 0) is not None


def test_who_nominated_before_the_answer_is_known_once_it_is_here() -> None:
    agent = IceLite(IceSession(OURS, None))
    for n in range(MOST_SUITORS + 3):
        agent.check(check(f"ours:fork{n}", use=True), ("192.0.2.9", 5_000 + n), 0)
    agent.check(check(use=True), ONE, 0)  # one too many
    assert place_of(agent) is None
    agent.renew(IceSession(OURS, IceCredentials("fork2", "t" * 24)))
    assert place_of(agent) == ("192.0.2.9", 5_002)


def test_after_a_restart_audio_stays_until_another_way_is_nominated() -> None:
    agent = IceLite(SESSION)
    agent.check(check(use=True, priority=9), ONE, 0)
    agent.renew(IceSession(IceCredentials("anew", "n" * 24), IceCredentials("they", "h" * 24)))
    assert place_of(agent) == ONE
    assert agent.check(check(use=True, priority=9), OTHER, 1) is None  # the old password
    agent.check(check("anew:they", "n" * 24, use=True, priority=3), OTHER, 2)
    assert place_of(agent) == OTHER


# -- on the sockets


class Clock:
    def __init__(self) -> None:
        self.now = SECOND_NS

    def __call__(self) -> int:
        return self.now


class Far:
    """Some place on loopback that may be the other side's."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.setblocking(False)
        self.place: Address = self.socket.getsockname()
        self.sequence = 0

    def say(self, stream: RtpStream, data: bytes | None = None) -> None:
        if data is None:
            self.sequence += 1
            data = HEADER.pack(0x80, 0, self.sequence, self.sequence * 160, self.place[1]) + bytes(160)
        self.socket.sendto(data, stream.rtp_socket.getsockname())

    def heard(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2_048))
            except BlockingIOError:
                return found


class Call:
    """A stream whose SDP named one place; the other side may well be elsewhere."""

    def __init__(self, session: IceSession | None = SESSION) -> None:
        self.clock = Clock()
        self.wire = RtpWire("127.0.0.1", (20_000, 31_999), now_ns=self.clock)
        self.stream = self.wire.open()
        self.named = Far()
        self.stream.use_ice(session)
        self.stream.configure(self.named.place, "PCMU", 0)

    def close(self) -> None:
        self.wire.close()
        self.named.socket.close()

    def go(self, frames: int = 1) -> None:
        for _ in range(frames):
            self.clock.now += 20_000_000
            self.wire.receive(self.clock.now)
            self.stream.read()
            self.stream.write(None)

    def passed(self, far: Far, count: int = 10) -> int:
        """How many packets of that place were taken."""
        before = self.stream.stats().packets
        for _ in range(count):
            far.say(self.stream)
            self.go()
        return self.stream.stats().packets - before


@contextmanager
def places(count: int) -> Iterator[list[Far]]:
    made = [Far(f"127.0.0.{n + 2}") for n in range(count)]
    try:
        yield made
    finally:
        for far in made:
            far.socket.close()


def test_audio_goes_where_it_is_nominated_and_comes_from_there_alone() -> None:
    with closing(Call()) as call, places(2) as (far, mallory):
        call.stream.proven("127.0.0.1", 1_000, verified=True)
        call.go(3)
        assert call.named.heard() == []  # nothing before a way is nominated
        far.say(call.stream, check(use=True))
        call.go(2)
        response, *audio = far.heard()
        assert response[:2] == b"\x01\x01" and audio and audio[0][0] == 0x80
        assert call.stream.remote == far.place
        assert call.passed(far) == 10
        assert call.passed(mallory) == 0 and call.passed(call.named) == 0
        assert call.stream.remote == far.place and mallory.heard() == []


def test_a_check_without_the_password_moves_nothing_and_gets_nothing() -> None:
    with closing(Call()) as call, places(2) as (far, mallory):
        call.stream.proven("127.0.0.1", 1_000, verified=True)
        far.say(call.stream, check(use=True))
        call.go()
        for data in (check(password="x" * 24, use=True), check("ours:oops", use=True), b"\0\1" + bytes(30)):
            mallory.say(call.stream, data)
        call.go(3)
        assert mallory.heard() == [] and call.stream.remote == far.place
        assert call.stream.stats().foreign_packets == 3


def test_who_offers_ice_and_never_checks_is_heard_and_sent_to_as_ever() -> None:
    with closing(Call()) as call:
        call.stream.proven("127.0.0.1", 1_000)
        assert call.passed(call.named) == 10
        assert call.named.heard() == []
        call.clock.now += PATIENCE_NS
        call.go(15)
        assert call.named.heard()


def test_a_peer_that_is_lite_too_is_not_waited_for() -> None:
    with closing(Call(IceSession(OURS, THEIRS, checks=False))) as call:
        call.stream.proven("127.0.0.1", 1_000)
        call.go(2)
        assert call.named.heard()


def test_a_nominated_host_that_nobody_verified_gets_no_more_than_three_for_one() -> None:
    """The address of a check can be forged by who knows the password: it proves nothing of the host."""
    with closing(Call()) as call, places(1) as (far,):
        call.stream.proven("127.0.0.1", 0)
        request = check(use=True)
        far.say(call.stream, request)
        call.go(200)
        sent = far.heard()
        assert sent and sum(map(len, sent)) <= RATIO * len(request)


def test_a_negotiation_that_changes_nothing_of_ice_moves_nothing() -> None:
    with closing(Call()) as call, places(1) as (far,):
        call.stream.proven("127.0.0.1", 1_000, verified=True)
        far.say(call.stream, check(use=True))
        assert call.passed(far) == 10
        call.stream.use_ice(SESSION)
        call.stream.configure(call.named.place, "PCMU", 0, direction="recvonly")
        call.stream.configure(call.named.place, "PCMU", 0)
        assert call.stream.remote == far.place and call.passed(far) == 10
        call.stream.configure(("0.0.0.0", 9), "PCMU", 0)  # it knows no place yet, as in an offer with trickle
        assert call.stream.remote == far.place and call.passed(far) == 10
        call.stream.configure(("0.0.0.0", 9), "PCMU", 0, direction="recvonly")  # held
        far.heard()
        call.go(3)
        assert far.heard() == []


def test_after_a_restart_the_other_side_is_followed_to_another_place() -> None:
    with closing(Call()) as call, places(2) as (far, anew):
        call.stream.proven("127.0.0.1", 1_000, verified=True)
        far.say(call.stream, check(use=True))
        assert call.passed(far) == 10
        call.stream.use_ice(IceSession(IceCredentials("anew", "n" * 24), IceCredentials("they", "h" * 24)))
        call.stream.configure(call.named.place, "PCMU", 0)
        assert call.passed(far) == 10 and call.stream.remote == far.place
        anew.say(call.stream, check("anew:they", "n" * 24, use=True))
        call.go()
        assert call.stream.remote == anew.place
        assert call.passed(anew) == 10 and call.passed(far) == 0


def test_reports_go_to_the_place_that_was_nominated_for_them() -> None:
    with closing(Call()) as call, places(2) as (far, reports):
        call.stream.proven("127.0.0.1", 1_000, verified=True)
        far.say(call.stream, check(use=True))
        reports.socket.sendto(check(use=True), call.stream.rtcp_socket.getsockname())
        call.go()
        assert call.stream.report_path.remote == reports.place
        [response] = reports.heard()
        assert response[:2] == b"\x01\x01"


def test_without_ice_nothing_of_stun_is_answered() -> None:
    with closing(Call(None)) as call, places(1) as (far,):
        call.stream.proven("127.0.0.1", 1_000)
        far.say(call.stream, check(use=True))
        call.go(3)
        assert far.heard() == [] and call.stream.remote == call.named.place


def test_checks_keep_a_silent_call_alive() -> None:
    with closing(Call()) as call, places(1) as (far,):
        silent: list[bool] = []
        call.stream.on_silent = lambda: silent.append(True)
        for _ in range(4):
            far.say(call.stream, check(use=True))
            call.go()
            call.clock.now += 10 * SECOND_NS
            call.go()
        assert silent == []
        call.clock.now += 10 * SECOND_NS
        call.go()
        assert silent == [True]
