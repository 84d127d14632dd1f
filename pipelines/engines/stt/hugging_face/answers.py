"""What recognisers behind Hugging Face answer, as the fields of a final. Pure. Raises anything for what
cannot be read: what a server sends may be anything.
"""

from __future__ import annotations

import json
from typing import Any


def final(body: bytes) -> dict[str, Any]:
    """Of the task `automatic-speech-recognition`: {"text", "chunks": [{"text", "timestamp": [s, s]}]}."""
    answer = json.loads(body)
    if isinstance(answer, list):
        answer = answer[0]
    text = answer["text"]
    if not isinstance(text, str):
        raise TypeError("its text is none")
    words = []
    for chunk in answer.get("chunks") or ():
        begin, end = chunk["timestamp"]
        said = str(chunk["text"]).strip()
        if said and " " not in said:  # chunks may be sentences
            words.append(
                [said, round(float(begin) * 1000), round(float(begin if end is None else end) * 1000)]
            )
    return {"text": text.strip(), "understood": bool(text.strip()), "words": words}


def output_text(outputs: list[Any]) -> dict[str, Any]:
    """Of a Space's function: the first output that is a text, or an object with one."""
    for output in outputs:
        text = output.get("text") if isinstance(output, dict) else output
        if isinstance(text, str):
            return {"text": text.strip(), "understood": bool(text.strip())}
    raise ValueError("none of its outputs is a text")
