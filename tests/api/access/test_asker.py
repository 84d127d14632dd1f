"""What whoever asks sees, uses and may do."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiohttp.test_utils import make_mocked_request

from api.access.asker import ASKER, NOBODY, OPERATOR, Asker, How, asker
from api.access.scopes import Scope, held, scopes_of

OWN, OTHER = uuid4(), uuid4()
KEY = Asker(OWN, "mine", frozenset({Scope.CALLS_READ}), How.KEY)
ADMIN = Asker(OWN, "default", OPERATOR, How.KEY)


def test_a_key_sees_its_own_alone_and_uses_what_the_operator_shares() -> None:
    assert [KEY.sees(owner) for owner in (OWN, OTHER, None)] == [True, False, False]
    assert [KEY.may_use(owner) for owner in (OWN, OTHER, None)] == [True, False, True]


def test_an_admin_sees_everything_and_makes_what_everybody_may_use() -> None:
    assert all(ADMIN.sees(owner) and ADMIN.may_use(owner) for owner in (OWN, OTHER, None))
    assert (ADMIN.owner, KEY.owner) == (None, OWN)


def test_nobody_sees_nothing_not_even_what_is_shared() -> None:
    assert not any(NOBODY.sees(owner) or NOBODY.may_use(owner) for owner in (OWN, None))
    assert not any(NOBODY.may(scope) for scope in Scope)


def test_a_scope_is_itself_alone_and_admin_holds_all() -> None:
    assert [scope for scope in Scope if KEY.may(scope)] == [Scope.CALLS_READ]
    assert all(ADMIN.may(scope) for scope in Scope)
    assert held({Scope.SPEECH}) == {Scope.SPEECH}


def test_scopes_of_a_newer_server_are_nothing_to_this_one() -> None:
    assert scopes_of(["calls:read", "weather:make"]) == {Scope.CALLS_READ}


@pytest.mark.parametrize("known", [KEY, None])
def test_a_request_that_no_guard_saw_is_nobodys(known: Asker | None) -> None:
    request = make_mocked_request("GET", "/")
    if known is not None:
        request[ASKER] = known
    assert asker(request) is (known or NOBODY)
