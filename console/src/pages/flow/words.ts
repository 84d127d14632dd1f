// What the fields of documents are called for people. What they mean stands in the schema.
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
    default:
      return human(field);
  }
}

/** `first_hour` → First hour. Also of values: `yes_no`. */
export function human(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
