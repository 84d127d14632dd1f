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
        (Who.TWILIO, Who.SIGNALWIRE, Who.TELNYX, Who.VONAGE, Who.PLIVO, Who.EXOTEL),
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
        (Who.EXOTEL,),
        (Feature.TRUNK,),
        "No preset: its documents leave a trunk's addresses to be agreed on with its support.",
    ),
    Note(
        (*_DOORS, Who.ARI),
        (Feature.MACHINE, Feature.NUMBERS),
        "Its dialplan does that: AMD() before it hands the call over, and which numbers it hands over.",
    ),
    Note(
        _DOORS,
        (Feature.CALLS_OUT, Feature.UNANSWERED, Feature.FALLBACK, Feature.TRANSFER, Feature.RECORDINGS)
        + (Feature.ORDER, Feature.WAITED, Feature.REVOKED, Feature.RECONCILED),
        "A socket that its dialplan opens for one call, by which alone it is asked and tells.",
    ),
    Note(
        (Who.ARI,),
        (Feature.FORGED, Feature.REPLAYED, Feature.ORDER, Feature.WAITED),
        "We connect to it, with a password: nobody else asks by that connection, nor in another order.",
    ),
    Note(
        (Who.AUDIOSOCKET,),
        (Feature.BARGE_IN, Feature.HEARD, Feature.BAD_MESSAGES),
        "It keeps nothing that could be dropped, and what cannot be read ends its socket.",
    ),
    Note(
        (Who.CHAN_WEBSOCKET,),
        (Feature.BARGE_IN, Feature.HEARD),
        "As by ARI, whose calls have the same wire.",
    ),
    Note(
        (Who.CHAN_WEBSOCKET,),
        (Feature.KEYS_OUT, Feature.REPLAYED),
        "It takes no keys, ours go as tones; a socket is no request that could come twice.",
    ),
    Note(
        (Who.FREESWITCH,),
        (Feature.BARGE_IN, Feature.HEARD, Feature.KEYS_IN, Feature.KEYS_OUT),
        "The module has no message for it: what was sent is heard, and keys are tones.",
    ),
    Note(
        (Who.FREESWITCH,),
        (Feature.BAD_MESSAGES, Feature.LOST_STREAM, Feature.FORGED, Feature.REPLAYED),
        "By the same door as chan_websocket.",
    ),
    Note(
        (*_DOORS, Who.ARI),
        (Feature.SMS_IN, Feature.SMS_OUT, Feature.COST, Feature.CALLBACK, Feature.TRUNK),
        "An exchange of your own: it has no prices and no messages, and is a SIP trunk like any other.",
    ),
)
