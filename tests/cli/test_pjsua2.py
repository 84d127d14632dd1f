"""What a server with PJSIP would not do is said before it starts."""

from __future__ import annotations

from typing import Any

import pytest

from cli.serving.pjsua2 import beyond, pjsua2
from mediaserver.config import Settings

PASSWORD = "a long password of 101"


@pytest.mark.parametrize(
    ("sip", "said"),
    [
        ({}, []),
        ({"tls": "self-made"}, ["TLS"]),
        ({"srtp": "required"}, ["encrypted"]),
        ({"extensions": {"101": {"password": PASSWORD, "srtp": "required"}}}, ["extension"]),
        ({"strangers": "silent"}, ["silent"]),
        ({"port": 0, "srtp": "required"}, ["encrypted", "port"]),
    ],
)
def test_what_it_would_not_honour_is_named(sip: dict[str, Any], said: list[str]) -> None:
    faults = list(beyond(Settings(sip={"backend": "pjsua2", **sip}).sip))
    assert len(faults) == len(said)
    assert all(word in fault for word, fault in zip(said, faults, strict=True))


def test_without_the_bindings_only_who_wants_them_has_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pjsua2", None)  # as if it were not installed
    assert pjsua2(Settings()).ok
    wanted = pjsua2(Settings(sip={"backend": "pjsua2"}))
    assert not wanted.ok
    assert "docs/pjsua2.md" in wanted.mend
