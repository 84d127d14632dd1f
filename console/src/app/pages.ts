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
  MessagesSquare,
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
  { path: "/", title: () => t("Start"), group: "talk", icon: House, view: lazy(() => import("@/pages/start")), open: true },
  { path: "/dashboard", title: () => t("Dashboard"), group: "watch", icon: LayoutDashboard, view: lazy(() => import("@/pages/dashboard")) },
  { path: "/phone", title: () => t("Phone"), group: "talk", icon: Phone, view: lazy(() => import("@/pages/phone")), open: true },
  { path: "/playground", title: () => t("Playground"), group: "talk", icon: FlaskConical, view: lazy(() => import("@/pages/playground")) },
  { path: "/voices", title: () => t("Voices"), group: "build", icon: AudioLines, view: lazy(() => import("@/pages/voices")) },
  { path: "/flows", title: () => t("Flows"), group: "build", icon: Workflow, view: lazy(() => import("@/pages/flows")) },
  { path: "/flows/:id", title: () => t("Flow"), group: "", icon: Workflow, view: lazy(() => import("@/pages/flow")) },
  { path: "/calls", title: () => t("Calls"), group: "watch", icon: Headset, view: lazy(() => import("@/pages/calls")) },
  { path: "/calls/:id", title: () => t("Call"), group: "", icon: Headset, view: lazy(() => import("@/pages/call")) },
  { path: "/messages", title: () => t("Messages"), group: "watch", icon: MessagesSquare, view: lazy(() => import("@/pages/messages")) },
  { path: "/live", title: () => t("Live"), group: "watch", icon: Radio, view: lazy(() => import("@/pages/live")) },
  { path: "/agents", title: () => t("Agents"), group: "build", icon: Bot, view: lazy(() => import("@/pages/agents")) },
  { path: "/numbers", title: () => t("Numbers"), group: "connect", icon: Hash, view: lazy(() => import("@/pages/numbers")) },
  { path: "/trunks", title: () => t("Trunks"), group: "connect", icon: Network, view: lazy(() => import("@/pages/trunks")) },
  { path: "/providers", title: () => t("Providers"), group: "connect", icon: PlugZap, view: lazy(() => import("@/pages/providers")) },
  { path: "/engines", title: () => t("Engines"), group: "operate", icon: Cpu, view: lazy(() => import("@/pages/engines")) },
  { path: "/keys", title: () => t("Keys"), group: "operate", icon: KeyRound, view: lazy(() => import("@/pages/keys")) },
  { path: "/usage", title: () => t("Usage"), group: "watch", icon: ChartColumn, view: lazy(() => import("@/pages/usage")) },
  { path: "/knowledge", title: () => t("Knowledge"), group: "build", icon: BookOpen, view: lazy(() => import("@/pages/knowledge")) },
  { path: "/webhooks", title: () => t("Webhooks"), group: "connect", icon: Webhook, view: lazy(() => import("@/pages/webhooks")) },
  { path: "/audit", title: () => t("Audit"), group: "operate", icon: ScrollText, view: lazy(() => import("@/pages/audit")) },
  { path: "/settings", title: () => t("Settings"), group: "operate", icon: Settings, view: lazy(() => import("@/pages/settings")) },
];
