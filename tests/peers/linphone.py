"""linphonec, Linphone's console phone, as a process: commands on its stdin, what it says on its stdout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.peers.phones import need, next_port, tone, wait_until, write_wav

CODECS = (
    ("PCMU", 8000), ("PCMA", 8000), ("G722", 8000), ("opus", 48000),
    ("speex", 8000), ("speex", 16000), ("speex", 32000), ("GSM", 8000), ("G729", 8000),
)  # fmt: skip
"""Those that it has, and is on by default for some."""


def account(server: str, user: str, password: str, transport: str) -> str:
    """Settings that make it extension `user` of the server at HOST:PORT."""
    host = server.rpartition(":")[0]
    return (
        f"default_proxy=0\n[proxy_0]\nreg_proxy=<sip:{server};transport={transport}>\n"
        f"reg_route=<sip:{server};transport={transport};lr>\nreg_identity=sip:{user}@{host}\n"
        f"reg_expires=60\nreg_sendregister=1\n"
        f"[auth_info_0]\nusername={user}\npasswd={password}\ndomain={host}\n"
    )


class Linphone:
    """A linphonec that plays a tone into its calls and picks up at once.

    `settings` are further lines of its configuration; those before the first section belong to `[sip]`.
    """

    def __init__(self, folder: Path, *, host: str, settings: str = "", codec: str = "PCMU") -> None:
        program = need("linphonec")
        self.host, self.port = host, next_port()
        folder.mkdir()
        (folder / ".local/share/linphone").mkdir(parents=True)
        write_wav(folder / "tone.wav", tone(60))
        ipv6 = int(":" in host)
        codecs = "".join(
            f"[audio_codec_{index}]\nmime={mime}\nrate={rate}\nenabled={int(mime == codec)}\n"
            for index, (mime, rate) in enumerate(CODECS)
        )
        (folder / "linphonerc").write_text(
            f"{codecs}[net]\nfirewall_policy=0\n[sound]\nec=0\n[rtp]\naudio_rtp_port={self.port + 4}\n"
            f"[sip]\nsip_port={self.port}\nsip_tcp_port={self.port}\nsip_tls_port={self.port + 2}\n"
            # Without ipv6_migration_done linphonec turns IPv6 on once more, and offers audio there.
            f"use_ipv6={ipv6}\nipv6_migration_done=1\nbind_address={host}\nguess_hostname=0\n"
            "register_only_when_network_is_up=0\n"
            f"contact=sip:linphone@{f'[{host}]' if ipv6 else host}\n{settings}"
        )
        self._log = folder / "log"
        self._trace = folder / "trace"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-S", "-a", "-d", "6", "-l", str(self._trace), "-c", str(folder / "linphonerc")],
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, cwd=folder,
                env={**os.environ, "HOME": str(folder)},
            )  # fmt: skip
        wait_until("linphonec's prompt", lambda: "linphonec>" in self.log())
        self.command("soundcard use files")
        self.command(f"play {folder / 'tone.wav'}")
        self.command(f"record {folder / 'heard.wav'}")

    def command(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def wait_for(self, words: str, limit_s: float = 15) -> None:
        """Wait until it says this."""
        wait_until(f"linphonec: {words}; it said: {self.log()[-1500:]}", lambda: words in self.log(), limit_s)

    def registered(self) -> None:
        """Wait until the registrar took its account."""
        wait_until("linphonec's registration", lambda: "LinphoneRegistrationOk" in self.trace())

    def dial(self, uri: str) -> None:
        """Call there; returns when audio flows both ways."""
        self.command(f"call {uri}")
        self.wait_for("Media streams established")

    def log(self) -> str:
        """What it showed."""
        return self._log.read_text(errors="replace")

    def trace(self) -> str:
        """What it logged, with its SIP messages."""
        return self._trace.read_text(errors="replace") if self._trace.exists() else ""

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
