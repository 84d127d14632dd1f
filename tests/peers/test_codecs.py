"""Wide-band calls with baresip: G.722 and Opus, by its own coders, to the demo and with another phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, Sipp, levels
from tests.peers.test_baresip import answered, dial, noted, spoken

pytestmark = pytest.mark.peer

HOST = "127.0.0.47"
Phone = Callable[..., Baresip]
CODECS = {"G722": "G722/16000/1", "opus": "opus/48000/2"}
"""As baresip names them in its accounts."""
WIDE_BAND = [
    pytest.param("G722", marks=shows(Peer.BARESIP, Feature.G722)),
    pytest.param("opus", marks=shows(Peer.BARESIP, Feature.OPUS)),
]


def guest(codec: str) -> str:
    return f"<sip:guest@{HOST}:PORT>;regint=0;audio_codecs={CODECS[codec]}"


@pytest.mark.parametrize("codec", WIDE_BAND)
def test_baresip_talks_to_the_demo_in_wide_band(server: ServerProcess, baresip: Phone, codec: str) -> None:
    before = server.ids()
    phone = baresip(guest(codec), host=HOST)
    dial(phone, server, "demo")
    server.wait_for("the greeting", lambda: spoken(server))
    phone.command("hangup")
    record = server.newest("demo", before)
    [leg] = record["legs"]
    assert leg["codec"] == leg["stats"]["codec"] == codec
    assert leg["stats"]["packets"] >= 20 and leg["stats"]["sent"] >= 20
    assert leg["stats"]["lost"] == 0
    caller, agent = levels(server.recording(record["id"]))
    assert caller > 1000 and agent > 300


@pytest.mark.parametrize("codec", CODECS)
def test_keys_of_baresip_arrive_in_wide_band_calls(server: ServerProcess, baresip: Phone, codec: str) -> None:
    before = server.ids()
    phone = baresip(guest(codec), host=HOST)
    dial(phone, server, "demo")
    for key in "159#":
        phone.command("sndcode", key)
    server.wait_for("the keys", lambda: len(noted(server, before, "dtmf", "digit")) >= 4)
    phone.command("hangup")
    server.newest("demo", before)
    assert "".join(noted(server, before, "dtmf", "digit")) == "159#"


@pytest.mark.parametrize("codec", CODECS)
def test_a_phone_of_the_telephones_band_is_put_through_to_one_of_wide_band(
    server: ServerProcess, baresip: Phone, sipp: Callable[..., Sipp], codec: str
) -> None:
    account = (
        f"<sip:102@{server.sip}>;regint=60;auth_user=102;auth_pass=battery-staple;"
        f"answermode=auto;audio_codecs={CODECS[codec]}"
    )
    phone = baresip(account, host=HOST)
    assert phone.registration().startswith("200")
    before = server.ids()
    sipp("uac_media", "-s", "102", "-d", "1500", host="127.0.0.42", target=server.sip).ends_well()
    phone.wait_for("CALL_CLOSED")
    record = server.newest("extension", before)
    assert {leg["codec"] for leg in record["legs"]} == {"PCMU", codec}
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]
    caller, answering = levels(server.recording(record["id"]))
    assert caller > 1000 and answering > 1000


def test_baresip_is_held_and_resumed_in_opus(server: ServerProcess, baresip: Phone) -> None:
    before = server.ids()
    phone = baresip(guest("opus"), host=HOST)
    dial(phone, server, "demo")
    phone.command("hold")
    server.wait_for("the hold", lambda: noted(server, before, "hold", "held") == [True])
    phone.command("resume")
    server.wait_for("the end of the hold", lambda: noted(server, before, "hold", "held") == [True, False])
    phone.command("hangup")
    assert server.newest("demo", before)["legs"][0]["codec"] == "opus"
    assert answered(server, before) is False
