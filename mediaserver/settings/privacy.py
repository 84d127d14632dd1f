"""The settings of what is left out of what is kept, and of how long it is kept."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from mediaserver.settings.group import SettingsGroup

Days: TypeAlias = Annotated[int, Field(ge=0, le=36_500)]


class RedactionSettings(SettingsGroup):
    enabled: bool = Field(
        default=False,
        description="Leave numbers, mail addresses, bank accounts and known names out of transcripts, "
        "events, outcomes and summaries before they are kept or shown, for the agents whose rows do not say "
        "otherwise. Recordings are not changed.",
    )
    digits: int = Field(
        default=6, ge=3, le=20, description="How many digits in a row are a number, written or read out."
    )
    names: bool = Field(
        default=True,
        description="Leave out names, too, once variables, outcomes or facts of the call hold them.",
    )


class RetentionSettings(SettingsGroup):
    recordings_days: Days = Field(
        default=0, description="Days after a call's end for which its recording is kept; 0: for ever."
    )
    messages_days: Days = Field(
        default=0, description="The same for messages that callers left, with their transcripts."
    )
    transcripts_days: Days = Field(
        default=0, description="The same for transcripts, summaries and what flows achieved."
    )
    events_days: Days = Field(default=0, description="The same for what else happened in a call.")
    calls_days: Days = Field(
        default=0,
        description="The same for the calls themselves, with all that belongs to them; their figures of "
        "usage stay.",
    )
    sessions_days: Days = Field(
        default=0,
        description="Days for which sessions of web applications are kept after what last happened in them; "
        "0: for ever. Their conversations are calls.",
    )
    facts_days: Days = Field(
        default=0, description="Days for which agents keep what they have learnt of a caller; 0: for ever."
    )
    audit_days: Days = Field(default=0, description="Days for which the audit log is kept; 0: for ever.")
    usage_days: Days = Field(
        default=0, description="Days for which figures of usage by day are kept; 0: for ever."
    )
