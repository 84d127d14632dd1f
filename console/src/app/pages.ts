// All pages, one line each: the router, the sidebar and the command palette read this and nothing else.
import {
  AudioLines,
  BookOpen,
  Bot,
  ChartColumn,
  Cpu,
  FlaskConical,
  Hash,
  Headset,
  House,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Network,
  Phone,
  PlugZap,
  Radio,
  ScrollText,
  Settings,
  Webhook,
  Workflow,
} from "lucide-react";
import { type ComponentType, lazy } from "react";
import { t } from "./i18n";

export type Group = "" | "talk" | "build" | "watch" | "connect" | "operate";

export interface PageEntry {
  path: string;
  title: () => string;
  /** Of the sidebar; "" is not listed there (a page of one thing). */
  group: Group;
  icon: LucideIcon;
  view: ComponentType;
  /** Also for who is not signed in. */
  open?: boolean;
}

type Loaded = () => Promise<{ default: ComponentType }>;
const page = (
  path: string,
  title: () => string,
  group: Group,
  icon: LucideIcon,
  load: Loaded,
  open = false,
): PageEntry => ({ path, title, group, icon, view: lazy(load), open });

/** The sidebar's groups in their order. */
export const GROUPS: readonly { id: Exclude<Group, "">; title: () => string }[] = [
  { id: "talk", title: () => t("Talk") },
  { id: "build", title: () => t("Build") },
  { id: "watch", title: () => t("Watch") },
  { id: "connect", title: () => t("Connect") },
  { id: "operate", title: () => t("Operate") },
];

// biome-ignore format: one line a page
export const PAGES: readonly PageEntry[] = [
  page("/", () => t("Start"), "talk", House, () => import("@/pages/start"), true),
  page("/dashboard", () => t("Dashboard"), "watch", LayoutDashboard, () => import("@/pages/dashboard")),
  page("/phone", () => t("Phone"), "talk", Phone, () => import("@/pages/phone"), true),
  page("/playground", () => t("Playground"), "talk", FlaskConical, () => import("@/pages/playground")),
  page("/voices", () => t("Voices"), "build", AudioLines, () => import("@/pages/voices")),
  page("/flows", () => t("Flows"), "build", Workflow, () => import("@/pages/flows")),
  page("/flows/:id", () => t("Flow"), "", Workflow, () => import("@/pages/flow")),
  page("/calls", () => t("Calls"), "watch", Headset, () => import("@/pages/calls")),
  page("/calls/:id", () => t("Call"), "", Headset, () => import("@/pages/call")),
  page("/live", () => t("Live"), "watch", Radio, () => import("@/pages/live")),
  page("/agents", () => t("Agents"), "build", Bot, () => import("@/pages/agents")),
  page("/numbers", () => t("Numbers"), "connect", Hash, () => import("@/pages/numbers")),
  page("/trunks", () => t("Trunks"), "connect", Network, () => import("@/pages/trunks")),
  page("/providers", () => t("Providers"), "connect", PlugZap, () => import("@/pages/providers")),
  page("/engines", () => t("Engines"), "operate", Cpu, () => import("@/pages/engines")),
  page("/keys", () => t("Keys"), "operate", KeyRound, () => import("@/pages/keys")),
  page("/usage", () => t("Usage"), "watch", ChartColumn, () => import("@/pages/usage")),
  page("/knowledge", () => t("Knowledge"), "build", BookOpen, () => import("@/pages/knowledge")),
  page("/webhooks", () => t("Webhooks"), "connect", Webhook, () => import("@/pages/webhooks")),
  page("/audit", () => t("Audit"), "operate", ScrollText, () => import("@/pages/audit")),
  page("/settings", () => t("Settings"), "operate", Settings, () => import("@/pages/settings")),
];
