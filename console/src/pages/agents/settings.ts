// What an agent may set beyond its row's plain fields: names, ranges and usual values are the server's
// (docs/agents.md); which it refuses, and why, it says itself.
import { t } from "@/app/i18n";
import type { Setting } from "@/forms";

const ms = (key: string, usual: number, min: number, max: number, label: string, hint: string): Setting => ({
  key,
  label,
  hint,
  kind: "number",
  unit: "ms",
  min,
  max,
  usual: String(usual),
});
const days = (key: string, label: string, hint: string): Setting => ({
  key,
  label,
  hint,
  kind: "number",
  unit: t("days"),
  min: 0,
  max: 36_500,
  usual: t("as the server keeps it"),
});

/** When it interrupts and waits. */
export const turnSettings = (): Setting[] => [
  {
    key: "sensitivity",
    label: t("Lets itself be interrupted"),
    hint: t(
      "How readily a sound of the caller silences the agent. Low waits for words, or for speech that lasts.",
    ),
    kind: "choice",
    usual: t("medium"),
    choices: [
      { value: "low", label: t("Low: by words alone") },
      { value: "medium", label: t("Medium") },
      { value: "high", label: t("High: by any speech") },
    ],
  },
  {
    key: "wake_word",
    label: t("Wake words"),
    hint: t(
      "The agent listens only after one of these, such as “hey computer”. Two words are safer than one.",
    ),
    kind: "words",
    usual: t("none: it always listens"),
  },
  ms(
    "awake_ms",
    15_000,
    1000,
    600_000,
    t("Stays awake"),
    t("It sleeps again after so long without a word of either side."),
  ),
  ms(
    "whole_ms",
    160,
    40,
    10_000,
    t("Silence after a whole answer"),
    t("“At half past two.” Nothing can be added: the agent answers after so much silence."),
  ),
  ms(
    "open_ms",
    500,
    40,
    10_000,
    t("Silence after what may go on"),
    t("“Two” – people? o'clock? Adapts to how the caller pauses."),
  ),
  ms(
    "nothing_ms",
    650,
    40,
    10_000,
    t("Silence after what was not understood"),
    t("Adapts to how the caller pauses."),
  ),
  ms(
    "hanging_ms",
    950,
    40,
    10_000,
    t("Silence after a beginning"),
    t("“My number is oh one…” hangs in the air. Adapts to how the caller pauses."),
  ),
  ms(
    "listen_first_ms",
    1500,
    0,
    10_000,
    t("Whom we call speaks first"),
    t("So long whoever answers our call has to speak first. 0: the agent does."),
  ),
  ms(
    "filler_ms",
    1500,
    0,
    20_000,
    t("“One moment, please.”"),
    t("Said after so much silence while the agent thinks. 0: never."),
  ),
  ms(
    "thinking_ms",
    10_000,
    1000,
    120_000,
    t("The longest thought"),
    t("After it the agent has failed, and the caller is told."),
  ),
  ms(
    "decide_ms",
    260,
    100,
    5000,
    t("Decides on an interruption after"),
    t("So long after it began it is settled whether a sound interrupts."),
  ),
  ms(
    "take_floor_ms",
    600,
    100,
    5000,
    t("Speech that always interrupts"),
    t("Speech this long does, whatever it sounds like."),
  ),
  {
    key: "noises",
    label: t("Noises that are forgiven"),
    hint: t("After so many sounds in a row that were nothing only what is understood stops the agent."),
    kind: "number",
    min: 1,
    max: 1000,
    usual: "3",
  },
  ms(
    "dismiss_ms",
    200,
    40,
    10_000,
    t("Silence that dismisses a sound"),
    t("Ends what was said over the agent and not understood."),
  ),
  ms(
    "cough_ms",
    260,
    0,
    2000,
    t("Shorter is a cough"),
    t("Speech shorter than this with nothing understood is no answer."),
  ),
  ms(
    "suspect_ms",
    120,
    40,
    1000,
    t("The recogniser is asked after"),
    t("Silence after which it is looked whether the caller has finished."),
  ),
  ms(
    "tail_ms",
    800,
    0,
    2000,
    t("Belongs to the answer"),
    t("Speech that begins so soon after an answer that was taken. 0: none does."),
  ),
  ms(
    "utterance_ms",
    15_000,
    1000,
    20_000,
    t("Recognised in pieces after"),
    t("What is longer is recognised in pieces, which the agent gets as one."),
  ),
  ms(
    "monologue_ms",
    90_000,
    1000,
    600_000,
    t("The longest utterance"),
    t("The agent answers after this long at the latest."),
  ),
  ms(
    "on_hold_ms",
    120_000,
    0,
    3_600_000,
    t("Waits through music on hold"),
    t("Of the other end, for so long."),
  ),
];

/** Of an agent that thinks with a model. Transfers and languages have editors of their own. */
export const assistantSettings = (): Setting[] => [
  {
    key: "greeting",
    label: t("Greeting"),
    hint: t("Said as soon as the call is up, without asking the model. Empty: the model greets."),
    kind: "area",
    usual: t("the model's"),
  },
  {
    key: "remember",
    label: t("Remembers callers"),
    hint: t("Keeps what it learns of a caller's number for the next call. Erasing a caller removes it."),
    kind: "yes",
    usual: t("no"),
  },
  {
    key: "warm",
    label: t("Warm transfers"),
    hint: t("Whoever takes the call hears first what it is about."),
    kind: "yes",
    usual: t("no"),
  },
  {
    key: "voicemail",
    label: t("On a voicemail"),
    hint: t("Left as a message where the provider says that a machine has answered. Then the call ends."),
    kind: "text",
    usual: t("it talks to the machine"),
  },
  {
    key: "sms",
    label: t("Sends texts"),
    hint: t("May send the caller an SMS, to their own number alone."),
    kind: "yes",
    usual: t("no"),
  },
  {
    key: "preemptive",
    label: t("Thinks ahead"),
    hint: t("Begins to think before the caller has surely finished: quicker, and it costs more tokens."),
    kind: "yes",
    usual: t("as the server's settings say"),
  },
  {
    key: "fallback",
    label: t("When the model fails"),
    hint: t("The call is transferred there: an extension, a number or an address."),
    kind: "text",
    usual: t("an apology"),
  },
];

export const insightSettings = (): Setting[] => [
  {
    key: "summary",
    label: t("Summary of each call"),
    hint: t("By a language model where there is one, or of the call's own sentences."),
    kind: "choice",
    usual: t("auto"),
    choices: [
      { value: "auto", label: t("A model, else sentences") },
      { value: "model", label: t("A language model") },
      { value: "extractive", label: t("The call's own sentences") },
      { value: "off", label: t("None") },
    ],
  },
  {
    key: "mood",
    label: t("Mood"),
    hint: t("How the caller sounds, turn by turn."),
    kind: "yes",
    usual: t("no"),
  },
  {
    key: "speakers",
    label: t("Speakers"),
    hint: t("Whether somebody else speaks on the same line."),
    kind: "yes",
    usual: t("no"),
  },
];

export const backgroundSettings = (): Setting[] => [
  {
    key: "sound",
    label: t("Room"),
    hint: t("Heard all the time under the agent's words."),
    kind: "choice",
    usual: t("none"),
    choices: [
      { value: "none", label: t("None") },
      { value: "room", label: t("A quiet room") },
      { value: "office", label: t("An office") },
      { value: "cafe", label: t("A café") },
      { value: "pad", label: t("Slow chords") },
    ],
  },
  {
    key: "level_db",
    label: t("How loud"),
    hint: t("The agent's words are at about −22."),
    kind: "number",
    min: -70,
    max: -30,
    unit: "dBFS",
    usual: "-48",
  },
  {
    key: "thinking",
    label: t("While it thinks"),
    hint: t("Heard once the caller has waited for 0.6 s."),
    kind: "choice",
    usual: t("none"),
    choices: [
      { value: "none", label: t("None") },
      { value: "typing", label: t("Typing") },
    ],
  },
  {
    key: "thinking_db",
    label: t("How loud that is"),
    hint: t("The agent's words are at about −22."),
    kind: "number",
    min: -70,
    max: -30,
    unit: "dBFS",
    usual: "-42",
  },
];

export const redactionSettings = (): Setting[] => [
  {
    key: "enabled",
    label: t("Leaves out what is private"),
    hint: t("Numbers and names are masked in transcripts, and cut from recordings."),
    kind: "yes",
    usual: t("as the server's settings say"),
  },
  {
    key: "digits",
    label: t("Digits in a row"),
    hint: t("So many and more are masked: a card has 16, a date eight."),
    kind: "number",
    min: 3,
    max: 20,
    usual: "6",
  },
  {
    key: "names",
    label: t("Names, too"),
    hint: t("As far as they are recognised."),
    kind: "yes",
    usual: t("yes"),
  },
];

export const retentionSettings = (): Setting[] => [
  days("recordings_days", t("Recordings"), t("0 keeps them for ever.")),
  days("messages_days", t("Messages"), t("What callers left after the tone.")),
  days("transcripts_days", t("Transcripts"), t("What was said, line by line.")),
  days("events_days", t("Events"), t("What happened in a call, with its latencies.")),
  days("calls_days", t("Calls"), t("The call itself, with all that is left of it.")),
  days("facts_days", t("What it learnt"), t("Of callers that it remembers.")),
  days("sessions_days", t("Sessions"), t("Conversations in browsers.")),
];
