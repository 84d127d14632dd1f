"""What a model is told of each input: the caller's words as they are, all else as a note in square brackets.

Pure. A caller cannot forge a note: no bracket of the caller's, and nothing that a chat template reads as its
own, ever reaches the model.
"""

from __future__ import annotations

import re
import unicodedata

from mediaserver.media.answered_by import AnsweredBy
from pipelines.conversation.agent import (
    AgentInput,
    Answered,
    AskedToSpeak,
    Keyed,
    LineTrouble,
    MessageTaken,
    PickedUp,
    Pressed,
    Returned,
    Silence,
    StoodBy,
    Utterance,
)
from pipelines.tools.results import visible

MOST_CHARACTERS = 4_000
"""Of what the caller says in one turn; ninety seconds of speech have some 1,500."""
MOST_DETAIL = 200
MOST_ALTERNATIVES = 3
_LOOK_ALIKES = str.maketrans("[]{}<>［］｛｝＜＞", "()" * 6)
"""No note, no tag and no token of a chat template (`<|im_start|>`, `[INST]`) survives this."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e]+")
"""What parts words; all else that nobody sees is left out."""
_SPACES = re.compile(r"\s+")

KEYED = {
    "length": "keyed {}",
    "terminator": "keyed {} and ended it",
    "pause": "keyed {} and then nothing more",
    "cancel": "threw away what was keyed",
    "too few": "keyed {}: too few keys",
    "too many": "keyed {}: too many keys",
}
TROUBLE = {
    "silent": "not a sound comes from the caller",
    "one-way": "no audio arrives from the caller",
    "unheard": "nothing of yours arrives at the caller",
    "clipped": "the caller is far too loud",
    "humming": "there is a loud hum",
    "noisy": "it is very noisy",
    "lossy": "parts of what the caller says are lost",
    "looped": "only your own voice comes back",
    "music": "music plays, as on hold",
    "fax": "a machine answers, not a person",
    "tone": "only a tone is heard; perhaps nobody is there",
    "endless": "somebody speaks on and on",
}


def plain(text: str, most: int = MOST_CHARACTERS) -> str:
    """Somebody's words in one line, in which nothing stands out as anything but words."""
    text = unicodedata.normalize("NFC", text[: 4 * most]).translate(_LOOK_ALIKES)
    text = _SPACES.sub(" ", visible(_UNSEEN.sub(" ", text))).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"


def note(text: str) -> str:
    """Of the telephone system's; `text` is ours, what is foreign in it went through `plain`."""
    return f"[{text}]"


def told(said: AgentInput, mood: str = "") -> str:
    """What the model is told of an input. `mood`: what is new of the caller's, in words of ours."""
    match said:
        case Utterance():
            return _utterance(said, mood)
        case Answered(said=text):
            words = plain(text)
            return f"{note('You called, and whoever answered said:')} {words}" if words else ""
        case Pressed(digit=digit):
            return note(f"The caller pressed the key {plain(digit, 8)}.")
        case Keyed(digits=digits, ended_by=ended_by):
            keys = plain(digits, 64) or "nothing"
            return note(f"The caller {KEYED[ended_by].format(keys)}.")
        case Silence():
            return note("The caller says nothing.")
        case AskedToSpeak():
            return note("You are asked to go on now.")
        case Returned(why=why, to=to, detail=detail):
            whom = plain(to, MOST_DETAIL) or "somebody else"
            about = f" ({plain(detail, MOST_DETAIL)})" if detail else ""
            return note(
                f"The caller was to talk to {whom} and is with you again: {plain(why, MOST_DETAIL)}{about}."
            )
        case MessageTaken():
            return note(_message(said))
        case StoodBy():
            return note("The wait is over.")
        case PickedUp(by=by):
            return note(ANSWERED_BY[by])
        case LineTrouble(kind=kind):
            return note(f"The line is bad: {TROUBLE[kind]}.")


ANSWERED_BY = {
    AnsweredBy.HUMAN: "A person has picked up.",
    AnsweredBy.MACHINE: "An answering machine has picked up; its greeting may still be speaking.",
    AnsweredBy.MACHINE_END: "An answering machine has picked up; what you say now is recorded.",
    AnsweredBy.FAX: "A fax machine has picked up.",
    AnsweredBy.UNKNOWN: "Nobody knows whether a person or a machine has picked up.",
}


def _message(said: MessageTaken) -> str:
    if said.ended_by == "nothing":
        return "The caller left no message."
    words = f": {plain(said.text)}" if said.text else "."
    return f"The caller has left a message of {said.seconds:.0f} seconds{words}"


def _utterance(said: Utterance, mood: str) -> str:
    words = plain(said.text)
    noise = " over loud noise: any word of it may be wrong" if said.noisy else ""
    if not said.understood or not words:
        return note(f"The caller said something that was not understood{', said' + noise if noise else ''}.")
    notes = []
    if said.doubtful:
        others = [plain(other, MOST_DETAIL) for other in said.alternatives[:MOST_ALTERNATIVES]]
        perhaps = " or ".join(f'"{other}"' for other in others if other and other != words)
        notes.append(
            f"not surely heard{': perhaps ' + perhaps if perhaps else ''}; ask before you rely on it"
        )
    if noise:
        notes.append(f"said{noise}")
    if mood:
        notes.append(mood)
    return " ".join([words, *map(note, notes)])
