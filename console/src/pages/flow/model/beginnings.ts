// What new nodes begin as: whole enough to be read by the server at once, and easy to write over.
import type { FlowNode, Json, JsonObject } from "./document";

/** Words of a new node, in the language of who draws. */
export interface FirstWords {
  say: string;
  ask: string;
  menu: string;
  facts: string;
  record: string;
  connect: string;
  sms: string;
  prompt: string;
  exit: string;
}

export const ENGLISH: FirstWords = {
  say: "Hello.",
  ask: "Is that right?",
  menu: "Would you like the first or the second?",
  facts: "I have understood you.",
  record: "Please speak after the tone.",
  connect: "I am connecting you.",
  sms: "Thank you for your call.",
  prompt: "Find out what the caller wants, and be brief.",
  exit: "the caller has what they wanted",
};

/** `least`: what the schema asks for of this type; `variable`: one that is there. */
export function newNode(
  type: string,
  least: Json,
  variable: string | undefined,
  words: FirstWords = ENGLISH,
): FlowNode {
  const begins = typeof least === "object" && least !== null && !Array.isArray(least) ? least : {};
  return { ...begins, ...beginning(type, variable ?? "value", words), id: type, type };
}

function beginning(type: string, variable: string, words: FirstWords): JsonObject {
  switch (type) {
    case "say":
      return { text: words.say };
    case "collect":
      return { text: words.ask, slot: { kind: "yes_no" } };
    case "confirm":
      return { facts: words.facts };
    case "menu":
      return { text: words.menu, options: [{ name: "first" }, { name: "second" }] };
    case "record":
      return { text: words.record };
    case "set":
      return { values: { [variable]: null } };
    case "code":
      return { lines: [{ variable, value: "1" }] };
    case "tool":
      return { use: { kind: "http", url: "https://example.com/" } };
    case "subflow":
      return { flow: "another-flow" };
    case "subagent":
      return { prompt: words.prompt, exits: [{ name: "done", when: words.exit }] };
    case "agent_transfer":
      return { agent: "another-agent" };
    case "send_sms":
      return { message: words.sms };
    case "phone_transfer":
      return { text: words.connect, to: "200" };
    default:
      return {};
  }
}
