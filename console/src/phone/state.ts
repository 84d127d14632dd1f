// How calls and the phone stand, in words.
import { clock } from "@/app/format";
import { t } from "@/app/i18n";
import type { Status } from "@/ui";
import type { PhoneCall } from "./call";
import type { Phone } from "./softphone";

export function callWords(call: PhoneCall, seconds: number): string {
  if (call.lost !== null) return t("Reconnecting…");
  if (call.transfer !== null) {
    const { to, step } = call.transfer;
    return step === "ringing"
      ? t("Transferring: {to} is ringing", { to })
      : t("Transferring to {to}…", { to });
  }
  if (call.holding) return t("One moment…");
  switch (call.state) {
    case "ringing":
      return t("Incoming call");
    case "calling":
      return t("Calling…");
    case "alerting":
      return t("Ringing…");
    case "early":
      return t("Ringing…");
    case "connecting":
      return t("Connecting audio…");
    case "up":
      if (call.held) return t("On hold · {time}", { time: clock(seconds) });
      return call.heldThere ? t("The other side holds · {time}", { time: clock(seconds) }) : clock(seconds);
    case "ended":
      return call.missed ? t("Missed call") : t("Call ended");
  }
}

export function phoneWords(phone: Phone): { status: Status; label: string } {
  switch (phone.state) {
    case "off":
      return { status: "idle", label: t("Switched off") };
    case "connecting":
      return { status: "warn", label: t("Connecting…") };
    case "ready":
      return {
        status: "ok",
        label: phone.guest ? t("Ready to call") : t("Ready · {extension}", { extension: phone.extension }),
      };
    case "lost":
      return { status: "bad", label: t("Reconnecting…") };
    case "refused":
      return { status: "bad", label: t("Not connected") };
    case "elsewhere":
      return { status: "idle", label: t("In another tab") };
  }
}
