"""What the operator may set: `voiceforge.toml`, overridden by VOICEFORGE_* variables. Read once, at start.

The keys of each section are in `mediaserver/settings/`. Nothing here opens a socket, makes a folder or prints
a secret; a fault is one line that says how to mend it.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from mediaserver.errors import ConfigError
from mediaserver.settings.access import AccessSettings
from mediaserver.settings.asterisk import AsteriskSettings
from mediaserver.settings.background import BackgroundSettings
from mediaserver.settings.engines import EnginesSettings
from mediaserver.settings.events import EventsSettings
from mediaserver.settings.fetching import FetchSettings
from mediaserver.settings.flows import FlowsSettings
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.settings.group import SettingsGroup
from mediaserver.settings.handing_over import SupervisionSettings, TextsSettings, TransferSettings
from mediaserver.settings.http import HttpSettings
from mediaserver.settings.insight import InsightSettings
from mediaserver.settings.jobs import JobsSettings
from mediaserver.settings.keeping import DatabaseSettings, RecordingSettings, SoundsSettings
from mediaserver.settings.mcp import McpName, McpServerSettings
from mediaserver.settings.media import MediaSettings, RtpSettings
from mediaserver.settings.other_names import other_names
from mediaserver.settings.outbound import OutboundSettings
from mediaserver.settings.privacy import RedactionSettings, RetentionSettings
from mediaserver.settings.sealing import SecretsSettings
from mediaserver.settings.service import AgentSettings, LoggingSettings
from mediaserver.settings.shared import SharedSettings
from mediaserver.settings.sip import SipSettings
from mediaserver.settings.speech import SpeechSettings
from mediaserver.settings.telemetry import TelemetrySettings
from mediaserver.settings.webhooks import WebhooksSettings
from mediaserver.settings.webrtc import WebRtcSettings

PREFIX = "VOICEFORGE_"
DEFAULT_FILE = Path("voiceforge.toml")
PLAIN_VARIABLES = {"DATABASE_URL": ("database", "url"), "ADMIN_TOKEN": ("http", "admin_token")}
"""Variables without our prefix that other programs and hosts know by these names."""


class Settings(BaseSettings):
    """The whole configuration; made by `load`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data: Path = Field(
        default=Path("data"), description="Folder for everything that is kept (`VOICEFORGE_DATA`)."
    )
    http: HttpSettings = HttpSettings()
    access: AccessSettings = AccessSettings()
    gateway: GatewaySettings = GatewaySettings()
    secrets: SecretsSettings = SecretsSettings()
    sip: SipSettings = SipSettings()
    webrtc: WebRtcSettings = WebRtcSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    outbound: OutboundSettings = OutboundSettings()
    rtp: RtpSettings = RtpSettings()
    media: MediaSettings = MediaSettings()
    engines: EnginesSettings = EnginesSettings()
    recording: RecordingSettings = RecordingSettings()
    sounds: SoundsSettings = SoundsSettings()
    background: BackgroundSettings = BackgroundSettings()
    database: DatabaseSettings = DatabaseSettings()
    jobs: JobsSettings = JobsSettings()
    logging: LoggingSettings = LoggingSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    agent: AgentSettings = AgentSettings()
    transfer: TransferSettings = TransferSettings()
    texts: TextsSettings = TextsSettings()
    supervision: SupervisionSettings = SupervisionSettings()
    insight: InsightSettings = InsightSettings()
    events: EventsSettings = EventsSettings()
    webhooks: WebhooksSettings = WebhooksSettings()
    fetch: FetchSettings = FetchSettings()
    flows: FlowsSettings = FlowsSettings()
    shared: SharedSettings = SharedSettings()
    speech: SpeechSettings = SpeechSettings()
    redaction: RedactionSettings = RedactionSettings()
    retention: RetentionSettings = RetentionSettings()

    mcp: dict[McpName, McpServerSettings] = Field(
        default={},
        description="MCP servers whose tools agents may call (docs/tools.md), a table each. They are started "
        "and connected to with the server.",
    )

    _notices: tuple[str, ...] = PrivateAttr(default=())

    @property
    def notices(self) -> tuple[str, ...]:
        """What variables that other servers know were taken for (mediaserver.settings.other_names), and which
        usual voice is missing."""
        return self._notices

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
                "to a long random text, or keep http.host at 127.0.0.1 and http.allowed_hosts and "
                "http.public_url empty"
            )
        return self

    @property
    def exposed(self) -> bool:
        """Whether others than this machine can reach the HTTP server, directly or through a proxy."""
        http = self.http
        by_name = bool(http.public_host) and not is_loopback(http.public_host)
        return not is_loopback(http.host) or bool(http.allowed_hosts) or by_name

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
    def engines_home(self) -> Path:
        """Folder of the engines' environments and weights, absolute: programs in it name their own place."""
        return (
            Path(self.engines.home).expanduser() if self.engines.home else self.data / "engines"
        ).absolute()

    @property
    def uploads(self) -> Path:
        """Recordings that are handed in, until they are done."""
        return self.data / "uploads"


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
    understood = other_names(os.environ, _engines_said(content))
    if understood.engines:
        content = _merged({"engines": understood.engines}, content)
    try:
        settings = _settings_under(overrides or {})(**content)
    except ValidationError as error:
        raise ConfigError(
            "; ".join(_explain(fault, path) for fault in error.errors(include_url=False))
        ) from None
    except SettingsError as error:
        reason = error.__cause__ or error
        raise ConfigError(f"{error}: write it as JSON ({' '.join(str(reason).split())})") from None
    settings._notices = (*understood.notices, *_voices_missed(settings.engines))
    return settings


def _voices_missed(engines: EnginesSettings) -> Iterator[str]:
    if not engines.mode and (absent := engines.absent_voices):
        yield (
            f"the usual voice {absent[0]} is not installed, {engines.tts[0]} speaks in its place "
            "(`voiceforge engines list` says what is missing)"
        )


def _engines_said(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table `engines` as the file has it, and the keys of it that variables of ours set."""
    before, said = f"{PREFIX}ENGINES__", content.get("engines")
    ours = {name.removeprefix(before).lower(): "" for name in os.environ if name.startswith(before)}
    ours.pop("options", None)
    return {**ours, **said} if isinstance(said, dict) else ours


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
    if key in known or key.startswith(
        ("mcp.", "sip.extensions.", "sip.trunks.", "outbound.limits.", "outbound.prices.", "engines.options.")
    ):
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
    if fault["type"] == "extra_forbidden" and (known := _keys_of_one(fault["loc"])):
        nearest = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1, cutoff=0.0)[0]
        message = f"unknown key; the nearest known one is {nearest}"
    if fault["type"] == "model_type":
        message = "should be a table of keys"
    if not key:
        return message
    given = fault.get("input")
    told = fault["type"] != "extra_forbidden" and not _secret(key)
    shown = f", not {given!r}" if isinstance(given, (str, int, float)) and told else ""
    variable = PREFIX + key.upper().replace(".", "__")
    source = variable if variable in os.environ else (f"{key} in {path}" if path else key)
    return f"{source}: {message[0].lower()}{message[1:]}{shown}"


def _keys_of_one(where: tuple[int | str, ...]) -> list[str]:
    """The keys of one entry of a table whose entries have names, such as sip.trunks.NAME."""
    field = Settings.model_fields.get(str(where[0]))
    section = field.annotation if field is not None else None
    table = getattr(section, "model_fields", {}).get(where[1]) if len(where) == 4 else None
    if len(where) == 3:  # mcp.NAME
        table = field
    entry = get_args(table.annotation)[-1] if table is not None and get_args(table.annotation) else None
    return list(getattr(entry, "model_fields", {}))


def _secret(key: str) -> bool:
    return key in ("http.admin_token", "database.url") or key.startswith(
        ("sip.extensions", "sip.trunks", "engines.options", "mcp", "asterisk.lines")
    )


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return result
