"""What the operator may set: `voiceforge.toml`, overridden by VOICEFORGE_* variables. Read once, at start.

Nothing here opens a socket, makes a folder or prints a secret; a fault is one line that says how to mend it.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from mediaserver.errors import ConfigError

PREFIX = "VOICEFORGE_"
DEFAULT_FILE = Path("voiceforge.toml")
PLAIN_VARIABLES = {"DATABASE_URL": ("database", "url"), "ADMIN_TOKEN": ("http", "admin_token")}
"""Variables without our prefix that other programs and hosts know by these names."""

Port = Annotated[int, Field(ge=0, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=255)]


class SettingsGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address of the HTTP server.")
    port: Port = Field(default=8080, description="Port of the HTTP server; 0 takes a free one.")
    admin_token: SecretStr = Field(
        default=SecretStr(""),
        description="Token for `Authorization: Bearer`. Needed as soon as others than this machine can reach "
        "the HTTP server. Better given as `ADMIN_TOKEN`.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further host names under which the server may be asked for, e.g. behind a proxy.",
    )


class SipSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address for SIP over UDP and TCP.")
    port: Port = Field(
        default=5060, description="Port for SIP, the same for UDP and TCP; 0 takes a free one."
    )
    tcp: bool = Field(default=True, description="Listen on TCP as well as UDP.")
    public_host: str = Field(
        default="",
        description="Address written into Contact, Via and SDP when it differs from `host` (behind NAT).",
    )
    realm: str = Field(
        default="voiceforge", min_length=1, max_length=100, description="Realm of digest authentication."
    )
    digest: tuple[Literal["SHA-256", "MD5"], ...] = Field(
        default=("SHA-256", "MD5"),
        min_length=1,
        description="Digest algorithms offered to phones, best first. Phones that give up where SHA-256 is "
        'among them (baresip 1.0 is one) need `["MD5"]`.',
    )
    max_calls: int = Field(
        default=400, ge=1, le=10000, description="Calls at once; the next caller is told 503."
    )
    extensions: dict[str, SecretStr] = Field(
        default={}, description="Phones that may register: user name and password of each."
    )
    allowed_targets: tuple[str, ...] = Field(
        default=(),
        description="Whom calls may be placed or transferred to beside the extensions: addresses or numbers, "
        'with `*` for any characters and `?` for one, e.g. `["*@pbx.example", "+49*"]`. Empty: nobody.',
    )


class RtpSettings(SettingsGroup):
    host: str = Field(default="", description="Address for RTP; empty means the same as `sip.host`.")
    port_min: Port = Field(
        default=10000, description="First port for RTP (even ports; RTCP has the odd one above)."
    )
    port_max: Port = Field(default=19999, description="Last port for RTP and RTCP.")
    media_timeout_s: float = Field(
        default=15.0, ge=1, le=3600, description="A call without any audio for this long is ended."
    )

    @model_validator(mode="after")
    def _room_for_a_pair(self) -> RtpSettings:
        if self.port_max < self.port_min + 1:
            raise ValueError("rtp.port_max must be above rtp.port_min")
        return self


class MediaSettings(SettingsGroup):
    phases: Literal[1, 2, 4, 5, 10] = Field(
        default=5,
        description="Parts into which each 20 ms tick is spread, so that calls do not all send at once.",
    )


EngineNames = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(min_length=1)]


class EnginesSettings(SettingsGroup):
    stt: EngineNames = Field(
        default=("pocketsphinx",),
        description="Recognisers of the agents whose rows name none, best first; what fails is left for the "
        "next. `voiceforge engines list` shows which there are.",
    )
    tts: EngineNames = Field(default=("espeak-ng",), description="Voices, likewise.")
    stt_workers: int = Field(
        default=2, ge=1, le=64, description="Processes of the recogniser that comes with us, pocketsphinx."
    )
    tts_workers: int = Field(
        default=1, ge=1, le=64, description="Processes of the voice that comes with us, espeak-ng."
    )
    options: dict[str, dict[str, Any]] = Field(
        default={},
        repr=False,  # an engine's key may stand there
        description="What an engine is told, by its name: settings of its own, and `workers`, its processes "
        "(one unless said here). In the file each engine has a table `[engines.options.NAME]`.",
    )
    voice: str = Field(
        default="",
        max_length=100,
        description="Voice of the agents whose rows name neither a voice nor engines for it; empty means "
        "the engine's own.",
    )
    language: str = Field(
        default="en",
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$",
        description="Language of the agents whose rows name none.",
    )

    @field_validator("options")
    @classmethod
    def _workers_are_few(cls, options: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, told in options.items():
            workers = told.get("workers", 1)
            if not isinstance(workers, int) or isinstance(workers, bool) or not 1 <= workers <= 64:
                raise ValueError(f"{name}.workers must be a whole number from 1 to 64")
        return options


class RecordingSettings(SettingsGroup):
    enabled: bool = Field(default=True, description="Record calls in stereo: caller left, agent right.")
    folder: str = Field(
        default="", description="Where recordings go; empty means `recordings` in the data folder."
    )


class SoundsSettings(SettingsGroup):
    folder: str = Field(
        default="",
        description="WAV files that may be played in calls (16-bit PCM, mono); empty means `sounds` in the "
        "data folder.",
    )
    hold_music: str = Field(
        default="built-in",
        max_length=200,
        description="What callers on hold hear: `built-in`, `silence`, or the name of a file in "
        "`sounds.folder`.",
    )


class DatabaseSettings(SettingsGroup):
    url: SecretStr = Field(
        default=SecretStr(""),
        description="PostgreSQL to use; empty means the embedded one. Better given as `DATABASE_URL`.",
    )
    pool_size: int = Field(default=4, ge=2, le=100, description="Connections to the database.")
    dead_after_s: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="A server that shares this database and was not seen for so long is taken for dead, "
        "and its calls are closed as interrupted. The same on all of them.",
    )

    @field_validator("url")
    @classmethod
    def _is_postgres(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if text and not text.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return url


class LoggingSettings(SettingsGroup):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="`text` for people, `json` for machines; `auto` is text on a terminal."
    )


class AgentSettings(SettingsGroup):
    goodbye: str = Field(
        default="I am sorry, the server is being stopped. Goodbye.",
        max_length=500,
        description="What running calls hear when the server is stopped; empty says nothing.",
    )


class Settings(BaseSettings):
    """The whole configuration; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data: Path = Field(
        default=Path("data"), description="Folder for everything that is kept (`VOICEFORGE_DATA`)."
    )
    http: HttpSettings = HttpSettings()
    sip: SipSettings = SipSettings()
    rtp: RtpSettings = RtpSettings()
    media: MediaSettings = MediaSettings()
    engines: EnginesSettings = EnginesSettings()
    recording: RecordingSettings = RecordingSettings()
    sounds: SoundsSettings = SoundsSettings()
    database: DatabaseSettings = DatabaseSettings()
    logging: LoggingSettings = LoggingSettings()
    agent: AgentSettings = AgentSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables before the file (whose content comes as keyword arguments)."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _guarded_when_exposed(self) -> Settings:
        if self.exposed and not self.http.admin_token.get_secret_value():
            raise ValueError(
                f"http.host {self.http.host} lets others than this machine read transcripts: set ADMIN_TOKEN "
                "to a long random text, or keep http.host at 127.0.0.1 and http.allowed_hosts empty"
            )
        return self

    @property
    def exposed(self) -> bool:
        """Whether others than this machine can reach the HTTP server, directly or through a proxy."""
        return not is_loopback(self.http.host) or bool(self.http.allowed_hosts)

    @property
    def rtp_host(self) -> str:
        return self.rtp.host or self.sip.host

    @property
    def recordings(self) -> Path:
        return Path(self.recording.folder) if self.recording.folder else self.data / "recordings"

    @property
    def sounds_folder(self) -> Path:
        return Path(self.sounds.folder) if self.sounds.folder else self.data / "sounds"

    @property
    def unsaved(self) -> Path:
        """Records that wait for the database."""
        return self.data / "unsaved"


def load(config: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the configuration. `config`: --config; else VOICEFORGE_CONFIG; else ./voiceforge.toml if present.

    `overrides` win over everything, nested like the file, e.g. {"http": {"port": 0}}. Raises ConfigError.
    """
    path = _which_file(config)
    content = _read(path) if path is not None else {}
    for key in _dotted(content):
        _check_known(key, str(path))
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name != PREFIX + "CONFIG":
            _check_known(name.removeprefix(PREFIX).lower().replace("__", "."), name, name)
    for variable, (section, key) in PLAIN_VARIABLES.items():
        if (value := os.environ.get(variable)) and f"{PREFIX}{section}__{key}".upper() not in os.environ:
            content = _merged(content, {section: {key: value}})
    try:
        return _settings_under(overrides or {})(**content)
    except ValidationError as error:
        raise ConfigError(
            "; ".join(_explain(fault, path) for fault in error.errors(include_url=False))
        ) from None
    except SettingsError as error:
        reason = error.__cause__ or error
        raise ConfigError(f"{error}: write it as JSON ({' '.join(str(reason).split())})") from None


def keys() -> Iterator[str]:
    """Every key, dotted, in the order of the documentation."""
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, SettingsGroup):
            yield from (f"{name}.{key}" for key in section.model_fields)
        else:
            yield name


def is_loopback(host: str) -> bool:
    """Whether an address or name can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _settings_under(overrides: Mapping[str, Any]) -> type[Settings]:
    if not overrides:
        return Settings

    class Overridden(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            first = InitSettingsSource(settings_cls, dict(overrides))
            return (first, *super().settings_customise_sources(settings_cls, *args, **sources))

    return Overridden


def _which_file(config: Path | None) -> Path | None:
    if config is None and (named := os.environ.get(PREFIX + "CONFIG")):
        config = Path(named)
    if config is None and DEFAULT_FILE.exists():
        config = DEFAULT_FILE
    return config


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"the configuration {path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the configuration {path} is not valid TOML: {error}") from None


def _dotted(content: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The keys of a file, dotted, as deep as a section goes."""
    for key, value in content.items():
        if isinstance(value, dict) and not prefix and key in Settings.model_fields:
            yield from _dotted(value, f"{key}.")
        else:
            yield prefix + key


def _check_known(key: str, source: str, variable: str = "") -> None:
    known = [*keys(), *Settings.model_fields]
    if key in known or key.startswith(("sip.extensions.", "engines.options.")):
        return
    # A right key in the wrong section is nearer than a wrong key in the right one.
    same_end = [k for k in known if k.split(".")[-1] == key.split(".")[-1]]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)
    nearest = (same_end or near)[0]
    if variable:
        hint = PREFIX + nearest.upper().replace(".", "__")
        raise ConfigError(f"unknown variable {variable}; the nearest known one is {hint}")
    raise ConfigError(f"unknown key {key} in {source}; the nearest known one is {nearest}")


def _explain(fault: ErrorDetails, path: Path | None) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if fault["type"] == "model_type":
        message = "should be a table of keys"
    if not key:
        return message
    given = fault.get("input")
    shown = f", not {given!r}" if isinstance(given, (str, int, float)) and not _secret(key) else ""
    variable = PREFIX + key.upper().replace(".", "__")
    source = variable if variable in os.environ else (f"{key} in {path}" if path else key)
    return f"{source}: {message[0].lower()}{message[1:]}{shown}"


def _secret(key: str) -> bool:
    return key in ("http.admin_token", "database.url") or key.startswith(
        ("sip.extensions", "engines.options")
    )


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return result
