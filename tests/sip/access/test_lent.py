"""Passwords that are lent to phones in browsers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from cli.serving.doors import gatekeepers
from mediaserver.calls.may_dial import AGENTS, EVERYBODY, MayDial
from mediaserver.metrics import Metrics
from mediaserver.settings.callers import ExtensionSettings
from mediaserver.settings.sip import SipSettings
from sip.access import lent as module
from sip.access.challenger import Challenger
from sip.access.digest import HASHES, HashedPassword, digest
from sip.access.endpoints import Endpoints, Extension
from sip.access.gate import Gate
from sip.access.lent import LASTS_S, MOST_OF_ONE, LentPhones
from sip.calls.carrier import SipCarrier
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from tests.sip.agents import Callee, agent
from tests.sip.pages import Page


def yes() -> bool:
    return True


class Lender:
    """With a clock and a say of its own."""

    def __init__(self) -> None:
        self.now, self.good = 0.0, True
        self.phones = LentPhones("voiceforge", lambda: self.now)

    def lend(self, owner: str = "a", extension: str = "", reach: MayDial = EVERYBODY) -> tuple[str, str, str]:
        """User name, extension, password."""
        given = self.phones.lend(owner, reach=reach, still_good=lambda: self.good, extension=extension)
        assert given is not None
        phone, password = given
        return phone.username, phone.extension, password


@pytest.mark.parametrize("algorithm", [*HASHES, "MD5-sess"])
def test_a_password_is_checked_by_what_is_kept_of_it(algorithm: str) -> None:
    def response(password: str | HashedPassword) -> str:
        return digest(
            algorithm=algorithm, username="u", realm="r", password=password, method="INVITE",
            uri="sip:x", nonce="n",
        )  # fmt: skip

    kept = HashedPassword.of("u", "r", "secret")
    assert response(kept) == response("secret")
    assert "secret" not in repr(kept)


def test_all_that_one_owner_has_is_one_extension_and_each_has_a_password_of_its_own() -> None:
    lender = Lender()
    (one, name, first), (two, same, second) = lender.lend(), lender.lend()
    assert name == same and one != two and first != second
    assert lender.lend("b")[1] != name


def test_whoever_comes_back_first_after_a_restart_has_nobody_elses_name() -> None:
    before, after = Lender(), Lender()
    names = {owner: before.lend(owner)[1] for owner in "abcdefgh"}
    assert len(set(names.values())) == 8
    for owner in "hgfedcba":
        for other in set(names) - {owner}:
            taken = after.phones.lend(owner, reach=EVERYBODY, still_good=yes, extension=names[other])
            assert taken is None
        assert after.lend(owner)[1] == names[owner]


def test_two_whose_names_would_be_the_same_have_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NUMBERS", 3)
    lender = Lender()
    assert len({lender.lend(owner)[1] for owner in "abc"}) == 3


def test_a_name_is_its_owners() -> None:
    lender = Lender()
    lender.lend("a", "web-ada")
    assert lender.phones.lend("b", reach=EVERYBODY, still_good=yes, extension="web-ada") is None
    assert lender.phones.lend("b", reach=EVERYBODY, still_good=yes, extension="web-1") is None


def test_who_asks_for_name_after_name_gets_none_of_another_owners() -> None:
    lender = Lender()
    ada, *_ = lender.lend("a", "web-ada")
    lender.phones.withdraw(ada)  # her tab is closed
    for number in range(module.MOST_NAMES + 10):
        lender.lend("thief", f"web-{number}x")
    assert lender.phones.lend("thief", reach=EVERYBODY, still_good=yes, extension="web-ada") is None
    assert lender.lend("a", "web-ada")[1] == "web-ada"
    assert lender.lend("b", "web-1x")[1] == "web-1x"  # the first of so many is nobody's any more


def test_what_is_lent_ends() -> None:
    lender = Lender()
    user, name, _ = lender.lend()
    assert lender.phones.of_user(user) is not None and lender.phones.extensions() == [name]
    lender.now = LASTS_S
    assert lender.phones.of_user(user) is None and lender.phones.of_extension(name) is None
    lender.phones.sweep()
    assert not len(lender.phones)


def test_who_is_signed_out_has_nothing_any_more() -> None:
    lender = Lender()
    user, *_ = lender.lend()
    lender.good = False
    assert lender.phones.of_user(user) is None


def test_the_oldest_of_many_tabs_gives_way_and_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    lender = Lender()
    others, *_ = lender.lend("b")
    first, *_ = lender.lend()
    for _ in range(MOST_OF_ONE):
        lender.lend()
    assert lender.phones.of_user(first) is None and lender.phones.of_user(others) is not None
    monkeypatch.setattr(module, "MOST", len(lender.phones))
    lender.lend("c")
    assert lender.phones.of_user(others) is None


def lending(us_lends: Lender) -> dict[str, Any]:
    endpoints = Endpoints([Extension("100", "secret")], lent=us_lends.phones)
    challenger = Challenger("voiceforge", endpoints.password)
    gate = Gate(endpoints, challenger)
    registrar = Registrar(
        "voiceforge", endpoints.password, challenger=challenger, endpoints=lambda: gate.endpoints
    )
    return {"gate": gate, "registrar": registrar}


def carrier(us: SipAgent) -> SipCarrier:
    assert us.registrar is not None
    return SipCarrier(us, us.registrar)


async def test_a_page_registers_with_what_it_was_lent_and_is_called_as_its_extension() -> None:
    lender = Lender()
    user, name, password = lender.lend()
    async with agent(**lending(lender)) as us:
        page = Page(us)
        assert (await page.register(name, password, user=user)).status == 200
        assert carrier(us).serves(name)
        placing = asyncio.create_task(carrier(us).place(name, "", timeout_s=5))
        assert str((await page.request("INVITE")).uri) == page.uri
        placing.cancel()


async def test_nobody_registers_as_another_extension_than_the_one_that_was_lent() -> None:
    lender = Lender()
    user, name, password = lender.lend()
    lender.lend("b", "web-bob")
    async with agent(**lending(lender)) as us:
        for other in ("100", "web-bob", "web-9", user):
            assert (await Page(us).register(other, password, user=user)).status == 403
        assert (await Page(us).register(name, "wrong", user=user)).status == 401


async def test_a_page_calls_as_its_extension_and_reaches_what_its_owner_may() -> None:
    lender = Lender()
    user, name, password = lender.lend(reach=AGENTS)
    callee = Callee.answering()
    async with agent(callee, **lending(lender)) as us:
        page = Page(us)
        await page.register(name, password, user=user)
        await page.called(us)
        call = callee.calls.get_nowait()
        assert call.caller.name == name and call.reach == AGENTS and call.payer == f"extension:{name}"


async def test_what_is_given_back_closes_its_socket_and_registers_no_more() -> None:
    lender = Lender()
    user, name, password = lender.lend()
    async with agent(**lending(lender)) as us:
        page = Page(us)
        await page.register(name, password, user=user)
        lender.phones.withdraw(user)
        assert page.wire.closed
        page.leave()
        assert not us.registrar.bindings(asyncio.get_running_loop().time())  # type: ignore[union-attr]
        assert (await Page(us).register(name, password, user=user)).status == 401


PROXY = "192.0.2.8"
"""Before which all of the pages are."""


def as_served(us_lends: Lender) -> dict[str, Any]:
    """As the server has it."""
    sip = SipSettings(realm="voiceforge", extensions={"100": ExtensionSettings(password=SecretStr("secret"))})
    gate, challenger = gatekeepers(sip, Metrics(), us_lends.phones)
    registrar = Registrar(
        "voiceforge", gate.endpoints.password, challenger=challenger, endpoints=lambda: gate.endpoints
    )
    return {"gate": gate, "registrar": registrar}


async def test_pages_that_show_what_was_lent_before_a_restart_are_no_guessers() -> None:
    """Each does so once. An office behind one address must not be banned for it."""
    lender, before = Lender(), Lender()
    async with agent(**as_served(lender)) as us:
        for _ in range(12):
            user, name, password = before.lend()
            assert (await Page(us, host=PROXY).register(name, password, user=user)).status == 401
        user, name, password = lender.lend()
        assert (await Page(us, host=PROXY).register(name, password, user=user)).status == 200


async def test_who_guesses_through_a_proxy_shuts_out_no_page_behind_it() -> None:
    lender = Lender()
    async with agent(**as_served(lender)) as us:
        open_before = Page(us, relayed=True, host=PROXY)
        for _ in range(12):
            page = Page(us, relayed=True, host=PROXY)
            assert (await page.register("100", "wrong")).status == 401
            page.leave()
        assert us.transport.unwanted(PROXY)
        assert not us.transport.lets_socket_in(PROXY) and us.transport.lets_socket_in(PROXY, relayed=True)
        # What can be guessed is not looked at as long as the ban lasts.
        assert (await Page(us, relayed=True, host=PROXY).register("100", "secret")).status == 401
        user, name, password = lender.lend()
        assert (await open_before.register(name, password, user=user)).status == 200
        assert not us.transport.unwanted(PROXY)
