"""What a server writes, as lines of ours."""

from __future__ import annotations

import logging

from pipelines.workers.server_log import MOST_LINE, MOST_LINES_S, ServerLog, level, reason


def test_lines_come_whole_however_they_are_cut() -> None:
    log = ServerLog(("s3cret-key",))
    assert log.feed(b"load") == []
    assert log.feed(b"ing 1%\rloading 2%\r\n\x1b[32mINFO\x1b[0m it runs, s3cr") == [
        "loading 1%",
        "loading 2%",
    ]
    assert log.feed(b"et-key and Bearer abc.def\n") == ["INFO it runs, *** and Bearer ***"]
    assert list(log.last)[0] == "loading 1%"


def test_a_line_without_end_is_cut() -> None:
    log = ServerLog()
    assert log.feed(b"a" * 10_000) == ["a" * MOST_LINE + "…"]
    assert log.feed(b"a" * 10_000) == []
    assert log.feed(b"a\nnext\n") == ["next"]


def test_a_flood_is_counted() -> None:
    log = ServerLog()
    assert sum(log.passes(7.0) for _ in range(MOST_LINES_S + 5)) == MOST_LINES_S
    assert log.left_out == 5
    assert log.passes(8.0)


def test_levels_and_reasons_are_seen() -> None:
    assert level("(EngineCore pid=7) ERROR 11-22 10:00:00 [core.py:1] no") == logging.ERROR
    assert level("0.00.123 W load: slow") == logging.WARNING
    assert level("INFO 11-22 10:00:00 [api.py:1] Started") == logging.INFO
    warned = (
        "(APIServer pid=7) WARNING 11-22 10:00:00 [utils.py:255] errors like `OSError: [Errno 24] Too many`"
    )
    assert level(warned) == logging.WARNING
    assert level("INFO: asked for 'say ERROR'") == logging.INFO
    lines = ["INFO starting", "Traceback (most recent call last):", "OSError: no file", "bye"]
    assert reason(lines) == "OSError: no file"
    assert reason(["only this"]) == "only this"
    assert reason([]) == "it said nothing"
