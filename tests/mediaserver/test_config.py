from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mediaserver import config_reference
from mediaserver.config import keys, load
from mediaserver.errors import ConfigError


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path("some.toml")
    path.write_text(text)
    return path


def failure(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(write(text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_a_file_everything_has_a_loopback_default() -> None:
    settings = load()
    assert (settings.http.host, settings.sip.host, settings.rtp_host) == ("127.0.0.1",) * 3
    assert (settings.http.port, settings.sip.port) == (8080, 5060)
    assert settings.recordings == Path("data/recordings")
    assert not settings.exposed


def test_an_mcp_server_is_a_table_whose_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEFORGE_MCP__SHOP__TIMEOUT_S", "3")
    shop = load(write('[mcp.shop]\nurl = "https://shop/mcp"\nheaders = {Authorization = "hunter2"}\n')).mcp[
        "shop"
    ]
    assert (shop.url, shop.timeout_s, shop.tools) == ("https://shop/mcp", 3.0, ())
    assert "hunter2" not in repr(shop)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[mcp.shop]\nurls = "x"\n', "mcp.shop.urls in some.toml: unknown key; the nearest known one is url"),
        ('[mcp."a b"]\nurl = "x"\n', "mcp.a b.[key] in some.toml: string should match"),
        ('[mcp.shop]\nheaders = "hunter2"\n', "mcp.shop.headers in some.toml: should be a valid dictionary"),
        ('mcp = "hunter2"\n', "mcp in some.toml: should be a valid dictionary"),
    ],
)
def test_a_fault_of_an_mcp_server_is_told_without_its_secrets(text: str, why: str) -> None:
    assert failure(text).startswith(why)
    assert "hunter2" not in failure(text)


def test_the_file_in_the_current_folder_is_read() -> None:
    Path("voiceforge.toml").write_text("[sip]\nport = 0\n")
    assert load().sip.port == 0


def test_a_variable_beats_the_file_and_leaves_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEFORGE_SIP__PORT", "5070")
    settings = load(write('[sip]\nport = 5080\nrealm = "r"\n'))
    assert (settings.sip.port, settings.sip.realm) == (5070, "r")


def test_overrides_beat_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEFORGE_SIP__PORT", "5070")
    settings = load(None, {"sip": {"port": 0}, "data": "/x"})
    assert (settings.sip.port, settings.data) == (0, Path("/x"))


def test_the_variables_without_prefix_are_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:pw@db/x")
    monkeypatch.setenv("ADMIN_TOKEN", "abc")
    monkeypatch.setenv("VOICEFORGE_DATA", "/d")
    settings = load()
    assert settings.database.url.get_secret_value() == "postgresql://u:pw@db/x"
    assert settings.http.admin_token.get_secret_value() == "abc"
    assert settings.data == Path("/d")
    assert "pw" not in repr(settings) and "abc" not in repr(settings)


def test_extensions_come_from_a_table_or_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        load(write('[sip.extensions]\n100 = "s"\n')).sip.extensions["100"].password.get_secret_value() == "s"
    )
    monkeypatch.setenv("VOICEFORGE_SIP__EXTENSIONS", '{"200": "t"}')
    assert load().sip.extensions["200"].password.get_secret_value() == "t"


def test_an_engine_has_settings_of_its_own_which_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(write('[engines.options.whisper]\nmodel = "small"\nworkers = 3\nkey = "abc"\n'))
    assert settings.engines.options == {"whisper": {"model": "small", "workers": 3, "key": "abc"}}
    assert "abc" not in repr(settings)
    monkeypatch.setenv("VOICEFORGE_ENGINES__OPTIONS", '{"cloud": {"key": "xyz"}}')
    assert load().engines.options == {"cloud": {"key": "xyz"}}


def test_an_engine_with_senseless_workers_is_told_by_name() -> None:
    said = failure('[engines.options.whisper]\nworkers = "many"\n')
    assert "engines.options" in said and "whisper.workers must be a whole number from 1 to 64" in said
    assert "should be a valid dictionary" in failure('[engines.options]\nwhisper = "hunter2"\n')
    assert "hunter2" not in failure('[engines.options]\nwhisper = "hunter2"\n')


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    assert "sip.prot" in failure("[sip]\nprot = 1\n") and "sip.port" in failure("[sip]\nprot = 1\n")
    assert "sip.max_calls" in failure("[http]\nmax_calls = 1\n")
    assert "nearest known one is sip" in failure("sipp = 1\n")


def test_an_unknown_variable_names_the_nearest_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEFORGE_SIP__PROT", "1")
    with pytest.raises(ConfigError, match=r"VOICEFORGE_SIP__PROT.*nearest.*VOICEFORGE_SIP__PORT$"):
        load()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x =", "not valid TOML"),
        ('[sip]\nport = "abc"\n', "sip.port in some.toml: should be a valid integer"),
        ("[sip]\nport = 65536\n", "sip.port in some.toml: should be less than or equal to 65535, not 65536"),
        ("sip = 3\n", "sip in some.toml: should be a table"),
        ("[rtp]\nport_min = 7\nport_max = 7\n", "rtp.port_max must be above rtp.port_min"),
        ('[logging]\nlevel = "loud"\n', "logging.level"),
    ],
)
def test_a_wrong_file_is_one_clear_line(text: str, said: str) -> None:
    assert said in failure(text)


def test_an_unreadable_file_is_one_clear_line() -> None:
    with pytest.raises(ConfigError, match=r"cannot read the configuration none\.toml: No such file"):
        load(Path("none.toml"))


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u:hunter2@db/x")
    with pytest.raises(ConfigError) as caught:
        load()
    assert "postgresql://" in str(caught.value) and "hunter2" not in str(caught.value)


def test_exposing_http_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "set ADMIN_TOKEN" in failure('[http]\nhost = "0.0.0.0"\n')
    assert "set ADMIN_TOKEN" in failure('[http]\nallowed_hosts = ["phone.example"]\n')
    assert "set ADMIN_TOKEN" in failure('[http]\npublic_url = "https://phone.example"\n')
    monkeypatch.setenv("ADMIN_TOKEN", "long random text")
    assert load(write('[http]\nhost = "0.0.0.0"\n')).exposed


def test_the_documents_say_what_the_settings_are() -> None:
    mend = "run python -m mediaserver.config_reference"
    assert config_reference.DOCUMENT.read_text() == config_reference.document(), mend
    assert config_reference.EXAMPLE.read_text() == config_reference.example(), mend


def test_every_key_is_documented_and_the_example_holds_the_defaults() -> None:
    text = config_reference.example()
    bare = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if line.startswith("[") or " = " in line
    )
    content = tomllib.loads(bare)
    given = {f"{s}.{k}" for s, keys in content.items() if isinstance(keys, dict) for k in keys}
    assert given | {k for k, v in content.items() if not v or not isinstance(v, dict)} == set(keys())
    assert load(write(bare)) == load(write(""))
    assert all(f"`{key}`" in config_reference.document() for key in keys())


def test_an_extension_is_a_password_or_a_table_and_a_trunk_is_a_table() -> None:
    sip = load(
        write(
            '[sip.extensions]\n100 = "s"\n[sip.extensions.101]\npassword = "t"\nmay_dial = ["demo"]\n'
            '[sip.trunks.pbx]\nnetworks = ["192.0.2.0/24"]\n'
        )
    ).sip
    assert sip.extensions["100"].may_dial is None
    assert sip.extensions["101"].may_dial == ("demo",)
    assert sip.trunks["pbx"].networks == ("192.0.2.0/24",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sip.extensions]\n100 = ""\n', "sip.extensions.100.password in some.toml: must not be empty"),
        ('[sip.extensions.100]\npassword = "x"\nmaydial = []\n', "the nearest known one is may_dial"),
        ("[sip.trunks.a]\n", "sip.trunks.a in some.toml: needs networks, a header or a password"),
        ('[sip.trunks.a]\nnetwork = ["x"]\n', "unknown key; the nearest known one is networks"),
        (
            '[sip.trunks.a]\nheader = "secret"\n',
            'sip.trunks.a.header in some.toml: must be written as "Name:',
        ),
        ('[sip.trunks."a b"]\npassword = "x"\n', "sip.trunks.a b.[key] in some.toml: string should match"),
        ('[sip]\nanonymous = ["300.1.1.1"]\n', "must be an address or a network such as"),
        (
            '[sip.extensions]\na = "x"\n[sip.trunks.b]\nusername = "a"\npassword = "y"\n',
            "sip.trunks.b has the",
        ),
    ],
)
def test_who_may_call_is_checked_in_words_without_telling_secrets(text: str, said: str) -> None:
    message = failure(text)
    assert said in message and "secret" not in message


def test_a_public_address_is_whole_and_encrypted() -> None:
    http = load(write('[http]\nadmin_token = "t"\npublic_url = "https://Voice.Example/pbx/"\n')).http
    assert (http.public_url, http.public_host) == ("https://Voice.Example/pbx", "voice.example")
    assert not load(write('[http]\npublic_url = "http://127.0.0.1:8080"\n')).exposed
    assert load(write('[http]\nadmin_token = "t"\npublic_url = "http://10.0.0.2"\n')).exposed
    for text in (
        "voice.example",
        "http://voice.example",
        "https://",
        "https://a:x",
        "https://me:pw@a",
        "https://a?b",
    ):
        assert "http.public_url in some.toml: must" in failure(f'[http]\npublic_url = "{text}"\n'), text
