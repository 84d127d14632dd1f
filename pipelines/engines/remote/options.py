"""What the operator tells an engine whose workers run on other machines: `[engines.options."remote:NAME"]`.

A key stands in a file or in a variable, never in the settings. It must never reach a log, an error or a repr,
nor go over an unprotected line to another machine unless the operator says so.
"""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mediaserver.errors import EngineMissingError
from pipelines.engines.checked_options import checked_options, options_place
from pipelines.engines.llm.options import read_key
from pipelines.engines.protocols import Kind
from pipelines.engines.registry import EngineOptions
from pipelines.workers.remote.host import CONNECT_S, SILENCE_S, SPARE, RemoteHost

KEY_VARIABLE = "ENGINES_KEY"
PAGE = "docs/scale-out.md"
MOST_HOSTS = 64


class RemoteOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    urls: tuple[str, ...] = ()
    """Of the hosts, each like wss://gpu1.example:8090; paths of a proxy are kept."""
    model: str = Field(default="", max_length=200)
    """The engine's name there; empty: what follows `remote:` in its name here."""
    key_file: str = ""
    key_env: str = KEY_VARIABLE
    ca_file: str = ""
    """Of the authority that signed the hosts' certificates; empty: those this machine trusts."""
    plaintext: bool = False
    """Audio and key may go unprotected to other machines: the network in between is one's own."""
    spare: int = Field(default=SPARE, ge=1, le=64)
    connect_s: float = Field(default=CONNECT_S, gt=0, le=30)
    silence_s: float = Field(default=SILENCE_S, ge=0.2, le=30)

    @field_validator("urls", mode="before")
    @classmethod
    def _one_or_several(cls, urls: object) -> object:
        return (urls,) if isinstance(urls, str) else urls

    @field_validator("urls")
    @classmethod
    def _are_hosts(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        if len(urls) > MOST_HOSTS:
            raise ValueError(f"names more than {MOST_HOSTS} hosts")
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in ("ws", "wss") or not parts.hostname:
                raise ValueError('must be like "wss://gpu1.example:8090"')
            if parts.username or parts.password or parts.query or parts.fragment:
                raise ValueError("must hold neither a name, a password nor a query: the key goes into a file")
        return tuple(url.rstrip("/") for url in urls)


def checked_remote(options: EngineOptions) -> RemoteOptions:
    """Raises EngineMissingError, which names the option and never shows its value."""
    where = options_place("remote", options)
    given = checked_options("remote", options, RemoteOptions, PAGE)
    if not given.urls:
        raise EngineMissingError(f"{where} lacks urls: name the hosts that serve it ({PAGE})")
    exposed = [url for url in given.urls if urlsplit(url).scheme == "ws" and not _is_here(url)]
    if exposed and not given.plaintext:
        raise EngineMissingError(
            f"{where} would send audio and key unprotected to {urlsplit(exposed[0]).hostname}: use wss://, "
            "or say plaintext = true where the network in between is your own"
        )
    return given


def hosts(kind: Kind, options: EngineOptions) -> list[RemoteHost]:
    """Where the engine is served. Reads key and certificates. Raises EngineMissingError."""
    given = checked_remote(options)
    engine = given.model or options.name.partition(":")[2]
    if not engine:
        raise EngineMissingError(
            f"name the engine that the hosts serve: remote:NAME in the agent's row ({PAGE})"
        )
    name = options.name or "remote"
    key = read_key(name, given.key_env, given.key_file)
    if not key:
        raise EngineMissingError(f"the engine {name} lacks a key: set {KEY_VARIABLE}, or name a key_file")
    tls = _authorities(name, given.ca_file) if given.ca_file else None
    path = f"{kind.value}/{quote(engine, safe='')}"
    return [
        RemoteHost(f"{url}/{path}", key, tls, given.connect_s, given.silence_s, given.spare)
        for url in given.urls
    ]


def _authorities(name: str, file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(Path(file).expanduser()))
    except (OSError, ssl.SSLError) as error:
        raise EngineMissingError(
            f"the engine {name} cannot read its ca_file {file} ({error.strerror or error}): it is to hold "
            "certificates in PEM form"
        ) from None


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
