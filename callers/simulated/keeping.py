"""What is kept of calls that failed: what was said, why it is wrong, and on the phone what was heard."""

from __future__ import annotations

import re
from pathlib import Path

from callers.simulated.judging import Judged
from callers.sound import Samples, save_stereo
from mediaserver.printable import printable_lines

LONGEST_NAME = 80


def file_base(judged: Judged) -> str:
    """Of the files of a call: `changes-his-mind-12`."""
    name = re.sub(r"[^A-Za-z0-9.+-]+", "-", judged.call.persona.name).strip("-.")[:LONGEST_NAME]
    return f"{name or 'persona'}-{judged.call.number}"


def keep_failure(
    folder: Path, judged: Judged, near: Samples | None = None, far: Samples | None = None
) -> None:
    """NAME.txt, and where there is sound NAME.wav (the caller on the left), in `folder`. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    base = folder / file_base(judged)
    call = judged.call
    head = f"{call.persona.name}, call {call.number}" + (f", {call.call_id}" if call.call_id else "")
    why = "".join(f"FAILED  {reason}\n" for reason in judged.failures)
    text = f"{head}\n{why}\n{call.transcript()}"
    Path(f"{base}.txt").write_text(printable_lines(text, ""), encoding="utf-8")
    if near is not None and far is not None and len(near) and len(far):
        length = min(len(near), len(far))
        save_stereo(f"{base}.wav", near[:length], far[:length])
