"""Accounts that environment variables make."""

from __future__ import annotations

from providers.accounts.environment import accounts_in, named_in
from providers.accounts.rows import secret_of
from providers.kind import Kind
from providers.kinds import Kinds, installed
from tests.providers.acme import kinds, rows


def test_a_kinds_variables_are_an_account_called_like_it() -> None:
    environ = {
        "ACME_ACCOUNT": " AC1 ", "ACME_TOKEN": "horse", "ACME_PREFIXES": "+49, !+49900,", "ACME_CALLER": "",
        "ACME_PUBLIC_URL": "https://x.test", "ACME_OTHER": "1",
    }  # fmt: skip
    found = accounts_in(environ, rows())
    account = found.accounts["acme"]
    assert not found.faults and (account.name, account.kind) == ("acme", "acme")
    assert secret_of(account.settings, "token") == "horse"
    assert account.settings.prefixes == ("+49", "!+49900")
    assert account.public_url == "https://x.test"


def test_half_an_account_is_a_fault_that_names_the_variables() -> None:
    found = accounts_in({"ACME_ACCOUNT": "AC1"}, rows())
    assert not found.accounts
    assert "token is missing" in found.faults["acme"] and "ACME_TOKEN" in found.faults["acme"]


def test_what_is_no_variable_of_its_own_makes_none() -> None:
    found = accounts_in({"ACME_PREFIXES": "+49", "ACME_TOKEN": " ", "TOKEN": "x"}, rows())
    assert not found.accounts and not found.faults


def test_nothing_is_imported_for_whom_nobody_names() -> None:
    asked: list[str] = []

    def one() -> Kind:
        asked.append("one")
        return kinds().kind("acme")

    assert named_in({"OTHER": "x", "ACME": "x", "ACME_X": ""}, Kinds({"acme": one})) == []
    assert asked == []


def test_variables_of_the_kinds_that_there_are_begin_with_their_names() -> None:
    """Else they would not be found without importing each kind."""
    known = installed()
    for name in known.names:
        kind = known.kind(name)
        assert kind.name == name
        assert set(kind.variables.values()) <= kind.account.model_fields.keys()
        assert all(variable.startswith(f"{name.upper()}_") for variable in kind.variables), name
        assert set(kind.account.secrets_go_with or ()) <= kind.account.model_fields.keys()
