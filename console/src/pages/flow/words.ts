// What the fields of documents are called for people. What they mean stands in the schema.
import { weekday } from "@/app/format";
import { t } from "@/app/i18n";

/** Names of fields that are no words by themselves. */
export function labelOf(field: string): string {
  switch (field) {
    case "id":
      return t("Name");
    case "label":
      return t("Title");
    case "note":
      return t("Note");
    case "text":
      return t("Words");
    case "help":
      return t("In other words");
    case "example":
      return t("Example");
    case "facts":
      return t("What is read back");
    case "slot":
      return t("Kind of value");
    case "kind":
      return t("Kind");
    case "by":
      return t("Answered by");
    case "say":
      return t("What may be said");
    case "silence":
      return t("Silence");
    case "silence_ms":
      return t("Silence (ms)");
    case "timeout_s":
      return t("Time (s)");
    case "most_s":
      return t("At most (s)");
    case "silence_s":
      return t("Silence ends it (s)");
    case "seconds":
      return t("Seconds");
    case "read_back":
      return t("Always asked back");
    case "harmless":
      return t("An error does no harm");
    case "offer":
      return t("How keys are offered");
    case "least":
      return t("At least");
    case "most":
      return t("At most");
    case "lead":
      return t("Words before it");
    case "behind":
      return t("Words behind it");
    case "near":
      return t("Near days only");
    case "use":
      return t("What does it");
    case "url":
      return t("URL");
    case "jsgf":
      return t("Grammar (JSGF)");
    case "filler":
      return t("Said meanwhile");
    case "save":
      return t("Kept of the answer");
    case "give":
      return t("Given to it");
    case "take":
      return t("Taken from it");
    case "when":
      return t("When");
    case "forget":
      return t("Ask anew");
    case "after":
      return t("Unanswered questions");
    case "errors":
      return t("Which errors");
    case "outcome":
      return t("Outcome");
    case "most_turns":
      return t("Turns at most");
    case "cancels":
      return t("May be cancelled");
    case "finish_keys":
      return t("Keys that end it");
    case "beep":
      return t("With a tone");
    case "stt":
      return t("Recognisers");
    case "tts":
      return t("Voices' engines");
    case "llm":
      return t("Language models");
    case "needs_model":
      return t("Needs a language model");
    case "about":
      return t("About");
    case "keep":
      return t("Kept with an outcome");
    case "entry":
      return t("Function");
    case "given":
      return t("Given by who calls");
    case "accept":
      return t("Accept");
    case "agent":
      return t("Agent");
    case "arguments":
      return t("Arguments");
    case "body":
      return t("Body");
    case "briefing":
      return t("Briefing");
    case "callback":
      return t("Callback");
    case "called_by":
      return t("Who calls there");
    case "message":
      return t("The text (SMS)");
    case "called_back":
      return t("Called back");
    case "changes":
      return t("Changes");
    case "collects":
      return t("Collects");
    case "currency":
      return t("Currency");
    case "default":
      return t("Default");
    case "defaults":
      return t("Defaults");
    case "digits":
      return t("Digits");
    case "earliest":
      return t("Earliest");
    case "exits":
      return t("Exits");
    case "first_hour":
      return t("First hour");
    case "flow":
      return t("Flow");
    case "give_up":
      return t("Give up");
    case "greeting":
      return t("Greeting");
    case "headers":
      return t("Headers");
    case "intent":
      return t("Intent");
    case "interruptible":
      return t("Interruptible");
    case "key":
      return t("Key");
    case "keys":
      return t("Keys");
    case "known":
      return t("Known");
    case "labels":
      return t("Labels");
    case "language":
      return t("Language");
    case "latest":
      return t("Latest");
    case "letters":
      return t("Letters");
    case "lines":
      return t("Lines");
    case "longest":
      return t("Longest");
    case "many":
      return t("Many");
    case "method":
      return t("Method");
    case "name":
      return t("Name");
    case "no":
      return t("No");
    case "one":
      return t("One");
    case "options":
      return t("Options");
    case "outcomes":
      return t("Outcomes");
    case "phrases":
      return t("Phrases");
    case "prefix":
      return t("Prefix");
    case "prompt":
      return t("Prompt");
    case "query":
      return t("Query");
    case "region":
      return t("Region");
    case "required":
      return t("Required");
    case "retries":
      return t("Retries");
    case "secret":
      return t("Secret");
    case "secrets":
      return t("Secrets");
    case "sensitivity":
      return t("Sensitivity");
    case "sounds_like":
      return t("Sounds like");
    case "spelled":
      return t("Spelled");
    case "step_minutes":
      return t("Step minutes");
    case "to":
      return t("To");
    case "tools":
      return t("Tools");
    case "transcribe":
      return t("Transcribe");
    case "trouble":
      return t("Trouble");
    case "trunk":
      return t("Trunk");
    case "unconfirmed":
      return t("Unconfirmed");
    case "value":
      return t("Value");
    case "values":
      return t("Values");
    case "variable":
      return t("Variable");
    case "variables":
      return t("Variables");
    case "version":
      return t("Version");
    case "voice":
      return t("Voice");
    case "warm":
      return t("Warm transfer");
    case "weekdays":
      return t("Weekdays");
    case "words":
      return t("Words");
    case "yes":
      return t("Yes");
    default:
      return human(field);
  }
}

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Values that a field offers; what is not known here stands as it is written. */
export function valueText(value: string): string {
  const day = WEEKDAYS.indexOf(value);
  if (day >= 0) return weekday(day, "long");
  switch (value) {
    case "address":
      return t("Address");
    case "boolean":
      return t("Boolean");
    case "choice":
      return t("Choice");
    case "code":
      return t("Code");
    case "date":
      return t("Date");
    case "digits":
      return t("Digits");
    case "duration":
      return t("Duration");
    case "email":
      return t("Email");
    case "list":
      return t("List");
    case "money":
      return t("Money");
    case "name":
      return t("Name");
    case "number":
      return t("Number");
    case "object":
      return t("Object");
    case "phone":
      return t("Phone");
    case "spelling":
      return t("Spelling");
    case "text":
      return t("Text");
    case "time":
      return t("Time");
    case "yes_no":
      return t("Yes no");
    case "keys":
      return t("Keys");
    case "voice":
      return t("Voice");
    case "agree":
      return t("Agree");
    case "stay":
      return t("Stay");
    case "ask":
      return t("Ask");
    case "grammar":
      return t("Grammar");
    case "model":
      return t("Model");
    case "low":
      return t("Low");
    case "normal":
      return t("Normal");
    case "high":
      return t("High");
    case "http":
      return t("HTTP");
    case "python":
      return t("Python");
    case "tool":
      return t("Tool");
    default:
      return human(value);
  }
}

/** `first_hour` → First hour. Also of values: `yes_no`. */
export function human(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
