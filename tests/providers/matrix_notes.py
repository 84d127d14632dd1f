"""Why a cell of the table in docs/providers.md holds no test."""

from __future__ import annotations

from tests.matrices.matrix import Note
from tests.providers.matrix import Feature, Who

_DOORS = (Who.AUDIOSOCKET, Who.CHAN_WEBSOCKET, Who.FREESWITCH)

NOTES: tuple[Note[Who, Feature], ...] = (
    Note(
        (Who.ZADARMA,),
        (
            Feature.CALLS_IN,
            Feature.CALLS_OUT,
            Feature.UNANSWERED,
            Feature.HANGS_UP,
            Feature.BARGE_IN,
            Feature.HEARD,
            Feature.KEYS_IN,
            Feature.KEYS_OUT,
            Feature.BAD_MESSAGES,
            Feature.LOST_STREAM,
            Feature.FALLBACK,
        ),
        "It has no media streams: its calls come and go by its SIP trunk.",
    ),
    Note(
        (Who.ZADARMA,),
        (Feature.TRANSFER, Feature.MACHINE),
        "Its interface has no request for it; its SIP trunk transfers.",
    ),
    Note(
        (Who.ZADARMA,),
        (Feature.RECONCILED,),
        "It lists only calls that are over, and asks not to be asked every minute.",
    ),
    Note(
        (Who.TELNYX, Who.VONAGE, Who.PLIVO, Who.EXOTEL),
        (Feature.CALLBACK,),
        "It joins two numbers by a transfer of a call that is here.",
    ),
    Note(
        (Who.VONAGE, Who.PLIVO, Who.EXOTEL),
        (Feature.NUMBERS, Feature.SMS_IN, Feature.SMS_OUT),
        "Not built: numbers are pointed in its own console.",
    ),
    Note(
        (Who.VONAGE,),
        (Feature.RECORDINGS,),
        "Not built: our own recording has the call.",
    ),
    Note(
        (Who.EXOTEL,),
        (
            Feature.HANGS_UP,
            Feature.TRANSFER,
            Feature.MACHINE,
            Feature.RECORDINGS,
            Feature.RECONCILED,
            Feature.REPLAYED,
            Feature.ORDER,
        ),
        "Its API has nothing for it: a call ends with its stream, and its callbacks tell the end alone.",
    ),
    Note(
        (*_DOORS, Who.ARI),
        (Feature.SMS_IN, Feature.SMS_OUT, Feature.COST, Feature.CALLBACK, Feature.TRUNK),
        "An exchange of your own: it has no prices and no messages, and is a SIP trunk like any other.",
    ),
)
