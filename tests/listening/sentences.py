"""What every voice says for the listening sheet: as agents talk, in words of the recogniser's dictionary."""

SENTENCES = (
    "Good morning, and thank you for calling.",
    "For which day would you like the room?",
    "I have booked the large room for you on Tuesday at half past two.",
    "How many people will there be?",
    "I am sorry, I did not understand that.",
    "Could you please repeat the last four numbers?",
    "Your appointment is on the third of March, at nine in the morning.",
    "One moment please, I am looking that up.",
    "The total is forty seven dollars and fifteen cents.",
    "Would you like to speak to a person instead?",
    "Please hold the line while I connect you.",
    "Is there anything else that I can do for you today?",
    "The train to London leaves at eleven thirty five from platform two.",
    "Unfortunately there is no table free on Friday evening.",
    "You can cancel at any time before six o'clock without charge.",
    "Let me read that back to you.",
    "We are open from Monday to Saturday, between eight and seven.",
    "Thank you, and goodbye.",
)
