"""What people say in seeded calls: short and believable, in several languages, also with markup in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One way in which a call goes. `lines`: agent (`A`), caller (`C`) or operator (`O`), and the words; `/`
    in what the agent says is where the caller interrupts it."""

    agent: str
    flow: str
    language: str
    lines: tuple[tuple[str, str], ...]
    status: str
    outcome: str
    summary: str
    data: Mapping[str, Any] = field(default_factory=dict)
    follow_ups: tuple[str, ...] = ()


DIALOGUES: tuple[Dialogue, ...] = (
    Dialogue(
        "demo", "booking", "en-us",
        (
            ("A", "Hello, you have reached room booking. Which room would you like?"),
            ("C", "the mountain view please"),
            ("A", "Mountain View. For which day?"),
            ("C", "next thursday"),
            ("A", "Thursday, the 26th of November. / At what time?"),
            ("C", "half past two in the afternoon"),
            ("A", "Mountain View on Thursday at 14:30 for one hour. Shall I book it?"),
            ("C", "yes please"),
            ("A", "It is booked. You will find it in your calendar. Goodbye!"),
        ),
        "confirmed", "achieved", "Mountain View was booked for Thursday, 14:30.",
        {"room": "Mountain View", "date": "2026-11-26", "time": "14:30", "minutes": 60},
    ),
    Dialogue(
        "front-desk", "front-desk", "en-us",
        (
            ("A", "Good morning, Linden Dental. How can I help you?"),
            ("C", "hi I would like to move my appointment to next week"),
            ("A", "Of course. May I have your date of birth, / please?"),
            ("C", "fourth of march nineteen eighty eight"),
            ("A", "Thank you. I have Tuesday at nine, or Wednesday at four in the afternoon."),
            ("C", "wednesday works better for me"),
            ("A", "Wednesday at four it is. I have sent you a message with the details."),
            ("C", "great thank you bye"),
            ("A", "You are welcome. Goodbye!"),
        ),
        "done", "achieved", "The caller moved an appointment to Wednesday, 16:00.",
        {"appointment": "2026-12-02T16:00", "kind": "check-up"},
    ),
    Dialogue(
        "pharmacy", "prescription-refill", "en-gb",
        (
            ("A", "Riverside Pharmacy, refill line. What is the number on your prescription?"),
            ("C", "it is four seven one zero nine two"),
            ("A", "Four, seven, one, zero, nine, two. Is that right?"),
            ("C", "that's right"),
            ("A", "There are two refills left. / It will be ready after three o'clock today."),
            ("C", "can somebody else pick it up"),
            ("A", "Yes, they only need your name and date of birth."),
            ("C", "lovely thanks"),
        ),
        "completed", "achieved", "A refill was ordered; it is ready after 15:00.",
        {"prescription": "471092", "ready": "15:00"},
    ),
    Dialogue(
        "support", "support-triage", "en-us",
        (
            ("A", "Support, this is Nova. What is going wrong?"),
            ("C", "my router keeps <b>rebooting</b> every few minutes since the update"),
            ("A", "I am sorry to hear that. Is the light at the front / red or blinking white?"),
            ("C", "blinking white and then it goes off"),
            ("A", "That sounds like the power supply. A colleague will send you a new one, one moment."),
            ("O", "Hello, this is Mara. I have your serial number here, a new one leaves today."),
            ("C", "perfect that was quick"),
        ),
        "transferred", "transferred", "The router reboots; a colleague sends a new power supply.",
        {"product": "router", "fault": "power supply"}, ("Send a power supply, model R2",),
    ),
    Dialogue(
        "orders", "order-status", "de",
        (
            ("A", "Guten Tag, hier ist die Bestellauskunft. Wie lautet Ihre Bestellnummer?"),
            ("C", "das ist die acht drei null sieben"),
            ("A", "Acht, drei, null, sieben. / Ihr Paket ist heute Morgen angekommen in Leipzig."),
            ("C", "und wann kommt es bei mir an"),
            ("A", "Morgen zwischen zehn und zwölf Uhr."),
            ("C", "wunderbar vielen dank"),
            ("A", "Gern geschehen. Auf Wiederhören!"),
        ),
        "done", "achieved", "Bestellung 8307 kommt morgen zwischen 10 und 12 Uhr.", {"order": "8307"},
    ),
    Dialogue(
        "orders", "order-status", "ar",
        (
            ("A", "مرحبا، كيف يمكنني مساعدتك؟"),
            ("C", "أين طلبي رقم أربعة وثمانون"),
            ("A", "طلبك في الطريق، ويصل غدا قبل الظهر."),
            ("C", "شكرا جزيلا"),
        ),
        "done", "achieved", "الطلب ٨٤ يصل غدا قبل الظهر.", {"order": "84"},
    ),
    Dialogue(
        "survey", "survey", "en-us",
        (
            ("A", "This is a short survey of three questions. On a scale of one to five, how was your stay?"),
            ("C", "a solid four"),
            ("A", "Four. And the breakfast?"),
            ("C", "five absolutely"),
            ("A", "Would you come again?"),
            ("C", "I think so yes"),
            ("A", "Thank you for your time. Goodbye!"),
        ),
        "completed", "achieved", "Stay 4, breakfast 5, would come again.",
        {"stay": 4, "breakfast": 5, "again": True},
    ),
    Dialogue(
        "front-desk", "front-desk", "en-us",
        (
            ("A", "Good morning, Linden Dental. How can I help you?"),
            ("C", "do you take new patients"),
            ("A", "We do from January on. / Shall somebody call you back?"),
            ("C", "yes on this number any time in the morning"),
            ("A", "Thank you, we will call you. Goodbye!"),
        ),
        "callback", "call back", "A new patient wants to be called back in the morning.",
        {"call_back": "morning"}, ("Call back in the morning",),
    ),
)  # fmt: skip
"""Of agents that `furnishing` adds."""
