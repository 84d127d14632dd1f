"""What a check has found, as commands show it."""

from __future__ import annotations

import pytest

from cli.findings import tell_findings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError


def test_commands_in_what_is_found_stand_without_their_marks(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        Finding("credentials", False, "`auth_token` is wrong [401]", "run `voiceforge providers set main`"),
        Finding("odd", True, "a [red]word[/] of `theirs\\`, and one ` alone \x1b[2J"),
    ]
    with pytest.raises(ConfigError, match="the account main does not work: credentials"):
        tell_findings("the account main", found, False)
    told = capsys.readouterr().out
    assert "credentials: auth_token is wrong [401]" in told
    assert "     run voiceforge providers set main\n" in told
    assert "a [red]word[/] of theirs\\, and one ` alone \\x1b[2J" in told
