"""What a telephone engineer would say of a call's line, from its hearing report: pure, a table of rules.

Thresholds are those of the recommendations that are named with them. It advises people; what an agent does
about a bad line is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from mediaserver.storage.records import HearingReport

Rule: TypeAlias = Callable[[HearingReport], str]
"""A sentence or two; empty: nothing to say."""

ECHO_LOSS_DB = 33.0
"""A telephone gives back less than -45 dB (ITU-T P.310: TCLw); at 33 dB a talker begins to be bothered from
some 50 ms of delay on (G.131)."""
LOSS_PCT, MUCH_LOSS_PCT = 1.0, 5.0
"""G.711 with concealment falls from "satisfied" to "some dissatisfied" by some 2 to 5 % of loss (G.107,
G.113 appendix I)."""
JITTER_MS = 30.0
"""Y.1541 allows 50 ms for telephony; adaptive buffers begin to add delay before."""
LEAST_SNR_DB = 15.0
"""Recognition suffers below 15 dB and is hardly possible below 10."""
NOISY_DB = -45.0
"""In dBFS; G.107 counts rooms of 35 dB(A) as quiet, and phones bring those to about -65."""
FAINT_DB, LOUD_DB = -38.0, -15.0
"""Around the nominal active speech level of -26 dBov (P.56, P.800): 12 dB below, and 11 above."""
CLIPPING_PCT = 0.5
DC_PCT = 1.0
DOUBLE_TALK_PCT = 20.0
"""People talk at once in 6.6 % of the time (P.59)."""
REASKS = 3
DUCK_MS = 60.0
"""Within so long the agent is to get quieter when the caller begins to speak."""
DECISION_MS = 300.0
MUSIC_S = 12.0
TALKING_S = 60.0
UNANSWERED = 2
"""Questions: a person who hears them says something."""
UNREPORTED_S = 15.0
"""Reports come some 5 s apart (RFC 3550)."""
TONES: Mapping[str, str] = MappingProxyType(
    {
        "fax calling": "A fax machine called: its calling tone of 1,100 Hz was there. Give faxes a number of "
        "their own, or route them away before the agent.",
        "fax signal": "A fax machine sent its first signals (V.21). Give faxes a number of their own.",
        "answer tone": "A fax machine or modem answered with 2,100 Hz: this number reaches no person. Take "
        "it off the list of numbers that are called.",
        "modem answering": "A modem answered: this number reaches no person. Take it off the list of numbers "
        "that are called.",
        "modem calling": "A modem called (1,300 Hz): an alarm system, a till or a meter has a wrong number.",
        "dial tone": "There was a dial tone on the line: the far end had hung up and its gateway did not "
        "tell. Set up disconnect supervision (polarity reversal, or detection of busy tone) on the gateway.",
        "busy tone": "There was a busy tone on the line: the far end had hung up and its gateway did not "
        "tell. Set up disconnect supervision (polarity reversal, or detection of busy tone) on the gateway.",
        "congestion tone": "There was a congestion tone on the line: a network on the way had no free line, "
        "or the far end had hung up and its gateway did not tell.",
        "ringing tone": "There was a ringing tone on the line: the far end had connected the call to "
        "somebody else, who was rung.",
        "special information tone": "The network played its special information tone: the number is not in "
        "service, or was dialled wrongly.",
        "steady tone": "A steady tone was on the line: a test line, an alarm, or equipment that howls.",
    }
)
"""By mediaserver.media.line_watch.figures.ToneKind."""


def advice(report: HearingReport) -> list[str]:
    """What to tell whoever looks after the telephones, what weighs most first; empty when all is well."""
    return [text for rule in RULES if (text := rule(report))] + [
        TONES[tone] for tone in report.tones if tone in TONES
    ]


def _silent(report: HearingReport) -> str:
    if report.silent_s < min(5.0, report.seconds) or report.seconds < 2:
        return ""
    return (
        f"Packets came for {report.silent_s:.0f} s and not a sound was in them: the caller's microphone was "
        "muted, or its phone or gateway has audio in one direction only. Check the mute key and the headset."
    )


def _arrives(report: HearingReport) -> str:
    if report.arrives is False:
        return (
            "For a while nothing of ours arrived at the far end, as it reported (RTCP): the caller heard "
            "nobody. Look for a firewall or NAT that drops our packets, for a wrong "
            "`rtp.public_host`, and at the far end for two-way audio (symmetric RTP)."
        )
    asked = report.reasks.get("silence", 0) >= UNANSWERED and not report.silent_s
    if report.arrives is None and asked and report.jitter_ms and report.seconds >= UNREPORTED_S:
        return (
            "Whether the caller heard us is not known: the far end sent no report of what came there (RTCP). "
            "Let RTCP through (the port above that of the audio), or ask the caller."
        )
    return ""


def _looped(report: HearingReport) -> str:
    if not report.looped:
        return ""
    return (
        "All that came over the line was our own voice, as loud as it went out: the call was connected to an "
        "echo service, or a bridge or gateway sends our audio back. Check where the number is forwarded to."
    )


def _echo(report: HearingReport) -> str:
    loss, delay = report.echo_loss_db, report.echo_delay_ms
    if loss is None or loss >= ECHO_LOSS_DB or report.looped:
        return ""
    after = "" if delay is None else f" after {delay:.0f} ms"
    return (
        f"The caller's phone sends our voice back at {-loss:.0f} dB{after}: it has no echo canceller, or one "
        "that does not work. Try a handset in place of the loudspeaker, or a lower volume; where the line is "
        "analogue, the gateway must cancel echoes (ITU-T G.168)."
    )


def _loss(report: HearingReport) -> str:
    if report.loss_pct is None or report.loss_pct < LOSS_PCT:
        return ""
    if report.loss_pct < MUCH_LOSS_PCT:
        return (
            f"{report.loss_pct:.1f} % of the caller's packets were lost on their way to us, and bits of "
            "words with them. Look at the caller's Wi-Fi or uplink."
        )
    return (
        f"{report.loss_pct:.0f} % of the caller's packets were lost on their way to us, and whole "
        "syllables with them. A cable in place of Wi-Fi, or priority for voice (DSCP EF) on the caller's "
        "network mends it."
    )


def _jitter(report: HearingReport) -> str:
    if report.jitter_ms is None or report.jitter_ms < JITTER_MS:
        return ""
    return (
        f"The caller's packets came unevenly ({report.jitter_ms:.0f} ms of jitter), which costs delay: a "
        "busy uplink, or Wi-Fi. Give voice priority there."
    )


def _clipping(report: HearingReport) -> str:
    if report.clipping_pct < CLIPPING_PCT:
        return ""
    return (
        f"The caller clips ({report.clipping_pct:.1f} % of the speech is cut off at the top): lower the "
        "microphone's gain, or speak from further away."
    )


def _level(report: HearingReport) -> str:
    if report.speech_db is None:
        return ""
    if report.speech_db < FAINT_DB:
        return (
            f"The caller is faint ({report.speech_db:.0f} dBFS where -26 is usual): raise the microphone's "
            "gain, or speak closer to it."
        )
    if report.speech_db > LOUD_DB and report.clipping_pct < CLIPPING_PCT:
        return (
            f"The caller is very loud ({report.speech_db:.0f} dBFS where -26 is usual) and about to clip: "
            "lower the microphone's gain."
        )
    return ""


def _noise(report: HearingReport) -> str:
    if report.noise_db is None or report.hum_hz is not None or report.tones or report.music_s >= MUSIC_S:
        return ""  # what it is has its own advice
    if report.snr_db is not None and report.snr_db < LEAST_SNR_DB:
        return (
            f"It is loud around the caller: the voice stands only {report.snr_db:.0f} dB above the noise. A "
            "headset, a handset in place of the loudspeaker, or a quieter place helps; offer the keys."
        )
    if report.snr_db is None and report.noise_db > NOISY_DB:
        return f"It is loud around the caller ({report.noise_db:.0f} dBFS), and nobody was heard to speak."
    return ""


def _hum(report: HearingReport) -> str:
    if report.hum_hz is None:
        return ""
    level = "" if report.hum_db is None else f" ({report.hum_db:.0f} dBFS)"
    return (
        f"The line hums at {report.hum_hz} Hz{level}: a ground loop, or a microphone lead that is not "
        "shielded. Try another power supply or socket, a headset without one, or an isolating transformer."
    )


def _direct_current(report: HearingReport) -> str:
    if report.dc_pct < DC_PCT:
        return ""
    return (
        f"There is direct current in the caller's audio ({report.dc_pct:.1f} % of full scale): a sound card "
        "or adapter that is faulty. It costs loudness and makes clicks."
    )


def _music(report: HearingReport) -> str:
    if report.music_s < MUSIC_S:
        return ""
    return (
        f"There was music for {report.music_s:.0f} s without a pause: the far end had put the call on hold "
        "without telling, or a radio is on there."
    )


def _endless(report: HearingReport) -> str:
    if report.talking_s < TALKING_S:
        return ""
    return (
        f"A voice went on for {report.talking_s:.0f} s without a pause: an announcement, a radio or "
        "television, or a caller who does not wait for answers."
    )


def _nobody(report: HearingReport) -> str:
    if report.speech_s > 0.5 or report.seconds < 15 or report.silent_s or report.looped:
        return ""
    return (
        ""
        if report.tones or report.music_s >= MUSIC_S
        else "Nobody spoke: the line is alive, with room noise."
    )


def _reasks(report: HearingReport) -> str:
    asked = {why: times for why, times in report.reasks.items() if times > 0}
    if sum(asked.values()) < REASKS:
        return ""
    whys = ", ".join(f"{times} {why}" for why, times in sorted(asked.items(), key=lambda item: -item[1]))
    return f"The caller had to be asked again {sum(asked.values())} times ({whys})."


def _double_talk(report: HearingReport) -> str:
    if report.double_talk_pct < DOUBLE_TALK_PCT or report.looped:
        return ""
    return (
        f"Both spoke at once in {report.double_talk_pct:.0f} % of the talk (7 is usual between people): the "
        "agent's lines are long for this caller, or what sounds like a voice is a background."
    )


def _slow(report: HearingReport) -> str:
    said = []
    if (duck := report.timings.get("duck_p95") or 0.0) > DUCK_MS:
        said.append(f"The agent got quieter only {duck:.0f} ms after the caller began to speak (p95).")
    if (decision := report.timings.get("decision_p95") or 0.0) > DECISION_MS:
        said.append(f"Whether an interruption was meant took {decision:.0f} ms to decide (p95).")
    return " ".join(said)


RULES: tuple[Rule, ...] = (
    _silent,
    _arrives,
    _looped,
    _echo,
    _loss,
    _clipping,
    _noise,
    _hum,
    _level,
    _jitter,
    _direct_current,
    _music,
    _endless,
    _nobody,
    _reasks,
    _double_talk,
    _slow,
)
