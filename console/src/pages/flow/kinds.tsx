// How the types of nodes look and what they are called: icon, colour and words, one line each.
import {
  Asterisk,
  AudioLines,
  Bot,
  CircleDot,
  Clock,
  Code,
  Ear,
  FileQuestion,
  Flag,
  GitFork,
  ListTree,
  type LucideIcon,
  MessageCircle,
  MessageSquareText,
  PhoneForwarded,
  PhoneIncoming,
  Play,
  Sparkles,
  SquareCheckBig,
  TextCursorInput,
  Variable,
  Voicemail,
  Workflow,
  Wrench,
} from "lucide-react";
import { t } from "@/app/i18n";
import { ANYWHERE } from "./model/document";

/** What a kind of node is about, which its colour tells. */
export type Family = "ends" | "talks" | "decides" | "works" | "hands";

export interface Kind {
  icon: LucideIcon;
  family: Family;
  title: () => string;
  about: () => string;
}

/** The token that a family is drawn in. */
export const COLOUR: Record<Family, string> = {
  ends: "var(--gold-text)",
  talks: "var(--link)",
  decides: "var(--info)",
  works: "var(--ok)",
  hands: "var(--warn)",
};

// biome-ignore format: one line a kind
export const KINDS: Readonly<Record<string, Kind>> = {
  start: { icon: Play, family: "ends", title: () => t("Start"), about: () => t("The call begins here.") },
  say: { icon: MessageSquareText, family: "talks", title: () => t("Say"), about: () => t("Something is said.") },
  collect: { icon: TextCursorInput, family: "talks", title: () => t("Ask"), about: () => t("A value is asked for and kept.") },
  confirm: { icon: SquareCheckBig, family: "talks", title: () => t("Read back"), about: () => t("What is known is read back, and agreed to.") },
  menu: { icon: ListTree, family: "talks", title: () => t("Menu"), about: () => t("The caller chooses, by word or key.") },
  record: { icon: Voicemail, family: "talks", title: () => t("Record"), about: () => t("The caller leaves a message.") },
  listen: { icon: Ear, family: "talks", title: () => t("Listen"), about: () => t("The other side is listened to.") },
  wait: { icon: Clock, family: "talks", title: () => t("Wait"), about: () => t("Nothing, for a while.") },
  condition: { icon: GitFork, family: "decides", title: () => t("Condition"), about: () => t("The way is chosen by expressions.") },
  set: { icon: Variable, family: "decides", title: () => t("Set"), about: () => t("Variables get values.") },
  code: { icon: Code, family: "decides", title: () => t("Compute"), about: () => t("Variables are computed.") },
  tool: { icon: Wrench, family: "works", title: () => t("Tool"), about: () => t("A request, a function or a tool.") },
  subagent: { icon: Bot, family: "works", title: () => t("Subagent"), about: () => t("A language model talks until one of its exits.") },
  who_answered: { icon: PhoneIncoming, family: "works", title: () => t("Who answered"), about: () => t("A person, a machine, or a fax.") },
  send_sms: { icon: MessageCircle, family: "works", title: () => t("Send a text"), about: () => t("The caller gets an SMS.") },
  subflow: { icon: Workflow, family: "works", title: () => t("Subflow"), about: () => t("Another flow is run through.") },
  agent_transfer: { icon: AudioLines, family: "hands", title: () => t("To an agent"), about: () => t("Another agent goes on with the call.") },
  phone_transfer: { icon: PhoneForwarded, family: "hands", title: () => t("To a person"), about: () => t("The caller is handed over by telephone.") },
  end_call: { icon: Flag, family: "ends", title: () => t("End"), about: () => t("The last words, and what the call came to.") },
};

const ANYWHERE_KIND: Kind = {
  icon: Asterisk,
  family: "decides",
  title: () => t("Anywhere"),
  about: () => t("What holds at every node."),
};
const UNKNOWN: Kind = { icon: FileQuestion, family: "decides", title: () => t("Unknown"), about: () => "" };

export function kindOf(type: string): Kind {
  if (type === ANYWHERE) return ANYWHERE_KIND;
  return KINDS[type] ?? UNKNOWN;
}

export interface EdgeKind {
  icon: LucideIcon;
  title: () => string;
  about: () => string;
}

// biome-ignore format: one line a kind
export const EDGE_KINDS: Readonly<Record<string, EdgeKind>> = {
  next: { icon: CircleDot, title: () => t("Next"), about: () => t("When the node is done and nothing else holds.") },
  outcome: { icon: Flag, title: () => t("Outcome"), about: () => t("When this came of the node.") },
  expression: { icon: Code, title: () => t("If"), about: () => t("When an expression is true.") },
  intent: { icon: MessageSquareText, title: () => t("Says"), about: () => t("When the caller says so, whatever was asked.") },
  key: { icon: Asterisk, title: () => t("Key"), about: () => t("When the caller presses this, whatever was asked.") },
  timeout: { icon: Clock, title: () => t("No answer"), about: () => t("When nothing comes.") },
  error: { icon: Wrench, title: () => t("Error"), about: () => t("When the node cannot do its work.") },
  judged: { icon: Sparkles, title: () => t("Judged"), about: () => t("When a language model says so.") },
};
