"""Whose turn it is: the states of the floor and what moves it. See `turn` for the theory of operation."""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """The floor."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CLOSING = "closing"
    """The agent says its last words: these are not interrupted."""
    DOUBTING = "doubting"
    """The caller speaks while the agent thinks."""
    YIELDING = "yielding"
    """The caller speaks while the agent does."""
    PARTING = "parting"
    """The caller speaks while the agent has its last words to say."""
    ENDED = "ended"


class Cue(enum.StrEnum):
    """What moves the floor."""

    ANSWERED = "answered"
    ONSET = "onset"
    TAKEN = "taken"
    UTTERANCE = "utterance"
    NOISE = "noise"
    DIGIT = "digit"
    SILENCE = "silence"
    SAY = "say"
    LAST = "last"
    """The agent wants the call to end, or to go to somebody else."""
    PASS = "pass"
    """The agent has nothing to say."""
    INTERJECT = "interject"
    ANNOUNCE = "announce"
    """Words that the operator gave are said."""
    PLAYED = "played"
    STALLED = "stalled"
    END = "end"


FLOOR: dict[tuple[State, Cue], State] = {
    (State.LISTENING, Cue.ANSWERED): State.THINKING,
    (State.LISTENING, Cue.ONSET): State.LISTENING,
    (State.LISTENING, Cue.NOISE): State.LISTENING,
    (State.LISTENING, Cue.UTTERANCE): State.THINKING,
    (State.LISTENING, Cue.DIGIT): State.THINKING,
    (State.LISTENING, Cue.SILENCE): State.THINKING,
    (State.LISTENING, Cue.ANNOUNCE): State.SPEAKING,
    (State.THINKING, Cue.ONSET): State.DOUBTING,
    (State.THINKING, Cue.DIGIT): State.THINKING,
    (State.THINKING, Cue.SAY): State.SPEAKING,
    (State.THINKING, Cue.LAST): State.ENDED,
    (State.THINKING, Cue.PASS): State.LISTENING,
    (State.THINKING, Cue.STALLED): State.LISTENING,
    (State.SPEAKING, Cue.ONSET): State.YIELDING,
    (State.SPEAKING, Cue.TAKEN): State.LISTENING,
    (State.SPEAKING, Cue.NOISE): State.SPEAKING,
    (State.SPEAKING, Cue.UTTERANCE): State.THINKING,
    (State.SPEAKING, Cue.DIGIT): State.THINKING,
    (State.SPEAKING, Cue.SAY): State.SPEAKING,
    (State.SPEAKING, Cue.LAST): State.CLOSING,
    (State.SPEAKING, Cue.PLAYED): State.LISTENING,
    (State.SPEAKING, Cue.STALLED): State.LISTENING,
    (State.CLOSING, Cue.ANNOUNCE): State.CLOSING,
    (State.CLOSING, Cue.PLAYED): State.ENDED,
    (State.CLOSING, Cue.STALLED): State.ENDED,
    (State.DOUBTING, Cue.TAKEN): State.LISTENING,
    (State.DOUBTING, Cue.NOISE): State.THINKING,
    (State.DOUBTING, Cue.UTTERANCE): State.THINKING,
    (State.DOUBTING, Cue.DIGIT): State.THINKING,
    (State.DOUBTING, Cue.SAY): State.YIELDING,
    (State.DOUBTING, Cue.LAST): State.ENDED,
    (State.DOUBTING, Cue.PASS): State.LISTENING,
    (State.YIELDING, Cue.TAKEN): State.LISTENING,
    (State.YIELDING, Cue.NOISE): State.SPEAKING,
    (State.YIELDING, Cue.UTTERANCE): State.THINKING,
    (State.YIELDING, Cue.DIGIT): State.THINKING,
    (State.YIELDING, Cue.SAY): State.YIELDING,
    (State.YIELDING, Cue.LAST): State.PARTING,
    (State.PARTING, Cue.TAKEN): State.LISTENING,
    (State.PARTING, Cue.NOISE): State.CLOSING,
    (State.PARTING, Cue.UTTERANCE): State.THINKING,
    (State.PARTING, Cue.DIGIT): State.THINKING,
    **{(state, Cue.INTERJECT): State.CLOSING for state in State if state is not State.ENDED},
    **{(state, Cue.END): State.ENDED for state in State if state is not State.ENDED},
}
CONTESTED = frozenset({State.DOUBTING, State.YIELDING, State.PARTING})
"""The caller speaks and has not taken the floor: playout is paused."""
