"""Calls in which baresip finds out how it reaches us (ICE)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.phones import Baresip
from tests.peers.test_baresip_encrypted import called, guest

pytestmark = pytest.mark.peer

HOST = "127.0.0.46"


@pytest.mark.parametrize("more", ["", ";mediaenc=srtp-mand", ";mediaenc=dtls_srtp;rtcp_mux=yes"])
def test_baresip_checks_and_nominates(
    server: ServerProcess, baresip: Callable[..., Baresip], more: str
) -> None:
    phone = baresip(guest(f";medianat=ice{more}"), host=HOST)
    figures = called(server, phone, hold=True)
    assert figures["ice"] == "nominated"
    assert figures["packets"] >= 20 and figures["sent"] >= 20
