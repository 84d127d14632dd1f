"""The two machines of docs/asterisk.md: a server and a real Asterisk, set up by the blocks of that page as
they stand there, with other addresses and keys."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import launched, stop_server
from tests.peers.pbx import CONFIGURATION, Asterisk, need_asterisk
from tests.peers.phones import levels, next_port, wait_until

PAGE = Path(__file__).resolve().parents[2] / "docs" / "asterisk.md"
SERVER, PBX = "127.0.0.63", "127.0.0.64"
MODULES = (
    "res_curl", "func_curl", "func_uri", "res_audiosocket", "app_audiosocket", "chan_audiosocket",
    "res_http_websocket", "res_websocket_client", "chan_websocket", "res_stasis", "res_stasis_answer",
    "res_stasis_recording", "res_stasis_playback", "res_stasis_snoop", "app_stasis", "res_ari",
    "res_ari_model",
    "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels", "res_ari_events",
    "res_ari_recordings", "bridge_softmix", "func_strings",
)  # fmt: skip
"""Beside those of every test with Asterisk."""
PHONES = """
[from-internal]
; whoever VoiceForge calls, and where it hands calls over to
exten => _+4930X.,1,GotoIf($["${EXTEN}" = "+4930171"]?busy)
 same => n,Ringing()
 same => n,Answer()
 same => n,Milliwatt()
 same => n(busy),Busy(1)
exten => 900,1,NoOp(HANDED OVER ${CALLERID(num)})
 same => n,Wait(30)
[calls]
; what the caller does: a tone, or keys
exten => 800,1,Milliwatt()
exten => 801,1,Wait(1)
 same => n,SendDTMF(1225#,250,200)
 same => n,Wait(10)
exten => 810,1,Set(CALLERID(num)=+493055501)
 same => n,Set(CALLERID(name)=Ada Lovelace)
 same => n,Dial(Local/510@to-voiceforge)
exten => 813,1,Set(CALLERID(num)=+493055501)
 same => n,Dial(Local/810@to-voiceforge-by-ari)
exten => 812,1,Set(CALLERID(num)=+493055501)
 same => n,Dial(Local/710@to-voiceforge-by-websocket)
exten => 811,1,Dial(AudioSocket/192.0.2.20:9092/40325ec2-5efd-4bd3-805f-53576e581d13/c(slin16))
"""


def block(name: str) -> str:
    found = re.search(rf"<!-- block: {re.escape(name)} -->\n```\w*\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, f"docs/asterisk.md has no block {name!r}"
    return found[1]


class Office:
    """The two machines of the page."""

    def __init__(self, folder: Path) -> None:
        need_asterisk()
        port = next_port()
        toml = (
            f'[sip]\nhost = "{SERVER}"\nport = 0\nallowed_targets = ["900"]\n'
            + block("audiosocket voiceforge.toml")
            + block("line voiceforge.toml")
            + block("ari voiceforge.toml")
        )
        self._addresses = {"192.0.2.10": PBX, "192.0.2.20": SERVER}
        # Local addresses connect from 127.0.0.1, whichever one Asterisk listens on.
        (folder / "voiceforge.toml").write_text(self._here(toml).replace(f'"{PBX}"', f'"{PBX}", "127.0.0.1"'))
        environment = dict(line.split("=", 1) for line in self._here(block("ari environment")).splitlines())
        given = {"VOICEFORGE_HTTP__PORT": "0", "VOICEFORGE_ASTERISK__SILENCE_TIMEOUT_S": "20"}
        self.server = launched(folder, {**given, **environment})
        self._addresses["192.0.2.20:8080"] = self.server.http.removeprefix("http://")
        self.server.ask("POST", "/api/telephony/routes", {"pattern": "?10", "agent": "echo"})
        extensions = (
            self._with_key("audiosocket")
            + block("line extensions.conf")
            + block("websocket extensions.conf")
            + block("ari extensions.conf")
            + PHONES
        )
        modules = (CONFIGURATION / "modules.conf").read_text()
        self.pbx = Asterisk({
            "modules.conf": modules + "".join(f"load={name}.so\n" for name in MODULES),
            "extensions.conf": self._here(extensions),
            "http.conf": self._here(block("http.conf")),
            "ari.conf": self._here(block("ari.conf")),
            "websocket_client.conf": self._here(self._with_key("websocket", "websocket_client.conf")),
            "pjsip.conf": f"[udp]\ntype=transport\nprotocol=udp\nbind={PBX}:{port}\n",
        })  # fmt: skip
        self._port = port
        self.start_pbx()

    def start_pbx(self) -> None:
        """Returns once the server follows it."""
        before = self._followed()
        self.pbx.start(PBX, self._port)
        wait_until("ARI", lambda: self._followed() > before, 40)

    def _followed(self) -> int:
        return self.server.log().count("Asterisk tells of calls of Stasis(voiceforge)")

    def _with_key(self, way: str, file: str = "") -> str:
        """The block of that file, with a key as the page has it made."""
        made = self.server.command(*block(f"{way} key").split()[1:])
        (key,) = re.findall(r"\bvf_\w+", made.stdout) or pytest.fail(made.stdout + made.stderr)
        return block(file or f"{way} extensions.conf").replace("KEY", key)

    def _here(self, text: str) -> str:
        for theirs, ours in sorted(self._addresses.items(), key=lambda each: -len(each[0])):
            text = text.replace(theirs, ours)
        return text

    def call(self, dialled: str, does: str = "800") -> str:
        """Somebody at the PBX calls that; the id of the call that the server has then."""
        before = self.server.ids()
        self.pbx.command(f"channel originate Local/{dialled} extension {does}@calls")
        self.server.wait_for("the call", lambda: self.server.ids() - before)
        (call,) = self.server.ids() - before
        self.server.wait_for("the answer", lambda: self.server.records(call).get("answered_at"))
        return call

    def talk(self, call: str, ms: int = 2_000) -> None:
        """Until the server says that they have talked for so long."""
        self.server.wait_for("what is said", lambda: self.server.records(call)["elapsed_ms"] >= ms)

    def keys(self, call: str) -> str:
        """That were pressed so far."""
        events = self.server.records(call)["events"]
        return "".join(each["data"]["digit"] for each in events if each["kind"] == "dtmf")

    def ended(self, call: str) -> dict[str, Any]:
        def whole() -> dict[str, Any] | None:
            records = self.server.records(call)
            done = records.get("ended_at") and all(leg["closed_at"] for leg in records["legs"])
            return records if done else None

        found: dict[str, Any] = self.server.wait_for("the end of the call", whole)
        return found

    def quiet(self) -> None:
        """Asterisk has no channel and no bridge any more."""
        wait_until("its end", lambda: "0 active channels" in self.pbx.command("core show channels"))
        wait_until("the bridge's end", lambda: "vf-" not in self.pbx.command("bridge show all"))

    def close(self) -> None:
        self.pbx.close()
        stop_server(self.server)


@contextmanager
def opened_office() -> Iterator[Office]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    folder.chmod(0o755)
    made = Office(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def said_and_echoed(office: Office, call: str) -> None:
    said, echoed = levels(office.server.recording(call))
    assert said > 1_000 and echoed > 1_000
