"""Makes the listening sheet: `python -m tests.listening FOLDER` writes a WAV file for each voice and line,
and a page to listen to them, and the table of docs/engines.md. Needs flite and festival for the others.

Takes half a minute; the word error rates another two (`--no-words` leaves them out).
"""

from __future__ import annotations

import argparse
import asyncio
import html
from datetime import UTC, datetime
from pathlib import Path

from mediaserver.calls.wave_file import wav_header
from tests.listening.sentences import SENTENCES
from tests.listening.understanding import word_error_rate
from tests.listening.voices import Rendering, renderings
from tests.load.stt_rejection import telephone

HEAD = (
    "| voice | package | licence | first audio (median) | processor per second of speech "
    "| words wrong, 16 kHz | words wrong, telephone |\n| --- | --- | --- | --- | --- | --- | --- |\n"
)


def row(made: Rendering, words: bool) -> str:
    wide, phone = (
        (f"{100 * word_error_rate(SENTENCES, made.sounds, narrow=narrow):.0f} %" if words else "-")
        for narrow in (False, True)
    )
    return (
        f"| {made.name} | {made.package} | {made.licence} | {made.first} "
        f"| {1e3 * made.real_time:.0f} ms | {wide} | {phone} |\n"
    )


def write(folder: Path, made: list[Rendering], table: str) -> None:
    rows = []
    for each in made:
        name = each.name.replace(" ", "-").replace("/", "-")
        players = []
        for at, sound in enumerate(each.sounds):
            for suffix, samples in (("", sound), ("-telephone", telephone(sound))):
                file = f"{name}-{at:02}{suffix}.wav"
                (folder / file).write_bytes(wav_header(2 * len(samples), channels=1) + samples.tobytes())
                if at < 6:
                    players.append(f'<audio controls preload="none" src="{file}"></audio>')
        rows.append(f"<h2>{html.escape(each.name)}</h2>\n" + "\n".join(players))
    said = "".join(f"<li>{html.escape(each)}</li>" for each in SENTENCES[:6])
    page = f"<!doctype html><meta charset=utf-8><title>Voices</title><ol>{said}</ol>{''.join(rows)}"
    (folder / "sheet.html").write_text(f"{page}<pre>{table}</pre>")
    (folder / "table.md").write_text(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--no-words", action="store_true", help="leave out the word error rates")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(renderings(SENTENCES))
    table = HEAD
    for each in made:
        line = row(each, not told.no_words)
        print(line, end="", flush=True)  # noqa: T201  # a minute each
        table += line
    write(told.folder, made, table)
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n{table}")  # noqa: T201  # a program of its own


if __name__ == "__main__":
    main()
