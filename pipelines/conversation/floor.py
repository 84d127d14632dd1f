"""Whose turn it is: the states of the floor and what moves it. See `turn` for the theory of operation."""

from __future__ import annotations

import enum


class FloorState(enum.StrEnum):
    """The floor."""

    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    CLOSING = "closing"
    """The agent says its last words."""
    EXPECTING = "expecting"
    """We called: whoever has answered speaks first."""
    ATTENDING = "attending"
    """The caller has taken the floor: what he says is told to the agent, whatever it is."""
    DOUBTING = "doubting"
    """The caller speaks while the agent thinks."""
    YIELDING = "yielding"
    """The caller speaks while the agent does."""
    PARTING = "parting"
    """The caller speaks while the agent has its last words to say."""
    APART = "apart"
    """Nobody answers: the agent takes a message, or stands by."""
    ENDED = "ended"


class Cue(enum.StrEnum):
    """What moves the floor."""

    ANSWERED = "answered"
    CALLED = "called"
    """We called, and somebody has answered."""
    ONSET = "onset"
    TAKEN = "taken"
    UTTERANCE = "utterance"
    NOISE = "noise"
    DIGIT = "digit"
    KEY = "key"
    """Of an entry that is not complete."""
    SILENCE = "silence"
    SAY = "say"
    LAST = "last"
    """The agent wants the call to end, or to go to somebody else."""
    PASS = "pass"
    """The agent has nothing to say."""
    ASIDE = "aside"
    """All was said, and the agent is to take a message or to stand by."""
    DONE = "done"
    """It has."""
    INTERJECT = "interject"
    ANNOUNCE = "announce"
    """Words that the operator gave are said."""
    PLAYED = "played"
    STALLED = "stalled"
    """The voice makes no more of a complete line."""
    END = "end"
    RETURNED = "returned"
    """The caller is back from somebody else."""
    ASKED = "asked"
    """The agent is to speak now, without words of the caller's."""
    FORGOTTEN = "forgotten"
    """What the caller has taken the floor for is no part of the conversation."""
    CANCEL = "cancel"
    """Somebody else than the caller's voice wants the agent to be silent."""
    TROUBLE = "trouble"
    """The line carries no conversation as it is."""


FLOOR: dict[tuple[FloorState, Cue], FloorState] = {
    (FloorState.LISTENING, Cue.ANSWERED): FloorState.THINKING,
    (FloorState.LISTENING, Cue.CALLED): FloorState.EXPECTING,
    (FloorState.EXPECTING, Cue.ONSET): FloorState.EXPECTING,
    (FloorState.EXPECTING, Cue.NOISE): FloorState.EXPECTING,
    (FloorState.EXPECTING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.EXPECTING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.EXPECTING, Cue.SILENCE): FloorState.THINKING,
    (FloorState.LISTENING, Cue.ONSET): FloorState.LISTENING,
    (FloorState.LISTENING, Cue.NOISE): FloorState.LISTENING,
    (FloorState.LISTENING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.LISTENING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.LISTENING, Cue.SILENCE): FloorState.THINKING,
    (FloorState.LISTENING, Cue.ANNOUNCE): FloorState.SPEAKING,
    (FloorState.LISTENING, Cue.ASIDE): FloorState.APART,
    (FloorState.APART, Cue.DONE): FloorState.THINKING,
    (FloorState.THINKING, Cue.ONSET): FloorState.DOUBTING,
    (FloorState.THINKING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.THINKING, Cue.SAY): FloorState.SPEAKING,
    (FloorState.THINKING, Cue.LAST): FloorState.ENDED,
    (FloorState.THINKING, Cue.PASS): FloorState.LISTENING,
    (FloorState.THINKING, Cue.ANNOUNCE): FloorState.SPEAKING,
    (FloorState.SPEAKING, Cue.ONSET): FloorState.YIELDING,
    (FloorState.SPEAKING, Cue.TAKEN): FloorState.ATTENDING,
    (FloorState.SPEAKING, Cue.NOISE): FloorState.SPEAKING,
    (FloorState.SPEAKING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.SPEAKING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.SPEAKING, Cue.SAY): FloorState.SPEAKING,
    (FloorState.SPEAKING, Cue.LAST): FloorState.CLOSING,
    (FloorState.SPEAKING, Cue.PLAYED): FloorState.LISTENING,
    (FloorState.SPEAKING, Cue.STALLED): FloorState.LISTENING,
    (FloorState.CLOSING, Cue.ONSET): FloorState.PARTING,
    (FloorState.CLOSING, Cue.TAKEN): FloorState.ATTENDING,
    (FloorState.CLOSING, Cue.NOISE): FloorState.CLOSING,
    (FloorState.CLOSING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.CLOSING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.CLOSING, Cue.ANNOUNCE): FloorState.CLOSING,
    (FloorState.CLOSING, Cue.PLAYED): FloorState.ENDED,
    (FloorState.CLOSING, Cue.STALLED): FloorState.ENDED,
    (FloorState.LISTENING, Cue.ASKED): FloorState.THINKING,
    (FloorState.ATTENDING, Cue.ASKED): FloorState.THINKING,
    (FloorState.ATTENDING, Cue.FORGOTTEN): FloorState.LISTENING,
    (FloorState.ATTENDING, Cue.ONSET): FloorState.ATTENDING,
    (FloorState.ATTENDING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.ATTENDING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.DOUBTING, Cue.NOISE): FloorState.THINKING,
    (FloorState.DOUBTING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.DOUBTING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.DOUBTING, Cue.SAY): FloorState.YIELDING,
    (FloorState.DOUBTING, Cue.LAST): FloorState.PARTING,
    (FloorState.DOUBTING, Cue.ANNOUNCE): FloorState.YIELDING,
    (FloorState.DOUBTING, Cue.PASS): FloorState.LISTENING,
    (FloorState.YIELDING, Cue.TAKEN): FloorState.ATTENDING,
    (FloorState.YIELDING, Cue.PLAYED): FloorState.LISTENING,
    (FloorState.YIELDING, Cue.NOISE): FloorState.SPEAKING,
    (FloorState.YIELDING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.YIELDING, Cue.DIGIT): FloorState.THINKING,
    (FloorState.YIELDING, Cue.SAY): FloorState.YIELDING,
    (FloorState.YIELDING, Cue.LAST): FloorState.PARTING,
    (FloorState.PARTING, Cue.TAKEN): FloorState.ATTENDING,
    (FloorState.PARTING, Cue.NOISE): FloorState.CLOSING,
    (FloorState.PARTING, Cue.UTTERANCE): FloorState.THINKING,
    (FloorState.PARTING, Cue.DIGIT): FloorState.THINKING,
    **{(state, Cue.INTERJECT): FloorState.CLOSING for state in FloorState if state is not FloorState.ENDED},
    **{
        (state, Cue.TROUBLE): FloorState.THINKING
        for state in FloorState
        if state not in (FloorState.CLOSING, FloorState.PARTING, FloorState.ENDED)
    },
    **{(state, Cue.RETURNED): FloorState.THINKING for state in FloorState},
    **{(state, Cue.END): FloorState.ENDED for state in FloorState if state is not FloorState.ENDED},
}
FLOOR |= {
    (state, Cue.CANCEL): FloorState.LISTENING
    for state in FloorState
    if (state, Cue.NOISE) in FLOOR or state is FloorState.THINKING
    if state not in (FloorState.LISTENING, FloorState.EXPECTING)
}
FLOOR |= {
    (state, Cue.KEY): FloorState.LISTENING
    for state in FloorState
    if (state, Cue.DIGIT) in FLOOR and state is not FloorState.THINKING
}
CONTESTED = frozenset({FloorState.DOUBTING, FloorState.YIELDING, FloorState.PARTING})
"""The caller speaks and has not taken the floor: playout is ducked or paused."""
INTERRUPTING = CONTESTED | {FloorState.SPEAKING, FloorState.CLOSING}
"""What the caller says while it is so interrupts the agent."""
LEAVING = frozenset({FloorState.CLOSING, FloorState.PARTING, FloorState.ENDED})
"""Last words are said, or were."""
SOUNDING = INTERRUPTING - {FloorState.DOUBTING}
"""The agent speaks, or is about to."""
