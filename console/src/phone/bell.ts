// How an incoming call is noticed: the ring, a notification while the page is not looked at, a title that flashes, and a phone that shakes.
import { t } from "@/app/i18n";
import { ToneOutput } from "@/audio/tones";

const FLASH_MS = 900;
const TAG = "voiceforge-call";

export class Bell {
  readonly tones = new ToneOutput();
  #notice: { close: () => void } | null = null;
  #flash: ReturnType<typeof setInterval> | null = null;
  #title = "";

  /** `knock`: another call is up, and a soft tone is enough. */
  ring(from: string, knock: boolean): void {
    this.hush();
    this.tones.repeat(knock ? "knock" : "ring");
    // Browsers refuse, and say so, before the page was touched.
    if (!knock && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400, 1500]);
    this.#flashTitle(t("{from} is calling", { from }));
    if (document.visibilityState !== "visible") this.#notify(from);
  }

  hush(): void {
    this.tones.hush();
    this.#notice?.close();
    this.#notice = null;
    if (this.#flash !== null) {
      clearInterval(this.#flash);
      this.#flash = null;
      document.title = this.#title;
    }
  }

  #flashTitle(text: string): void {
    this.#title = document.title;
    let shown = false;
    const step = () => {
      // The page's own title may have changed meanwhile: that one is put back then.
      if (!shown && document.title !== text) this.#title = document.title;
      shown = !shown;
      document.title = shown ? text : this.#title;
    };
    step();
    this.#flash = setInterval(step, FLASH_MS);
  }

  #notify(from: string): void {
    if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
    const title = t("Incoming call");
    const options = { body: from, tag: TAG, icon: "/icons/icon-192.png", requireInteraction: true };
    try {
      const notice = new Notification(title, options);
      notice.onclick = () => {
        window.focus();
        notice.close();
      };
      this.#notice = notice;
    } catch {
      // Browsers of phones allow them by a service worker alone (Notifications API, section 3.2); a click there is told to it (vite/sw.js).
      this.#notice = workersNotice(title, options);
    }
  }
}

/** A notification of the service worker's; nothing where there is none. It may be closed before it is shown. */
function workersNotice(title: string, options: NotificationOptions): { close: () => void } {
  let closed = false;
  const shown = async () => {
    const worker = await navigator.serviceWorker?.getRegistration();
    if (worker === undefined || closed) return;
    await worker.showNotification(title, options);
  };
  const done = shown().catch(() => undefined);
  return {
    close: () => {
      closed = true;
      void done.then(async () => {
        const worker = await navigator.serviceWorker?.getRegistration();
        if (worker !== undefined) await closeAll(worker);
      });
    },
  };
}

async function closeAll(worker: ServiceWorkerRegistration): Promise<void> {
  for (const notice of await worker.getNotifications({ tag: TAG })) notice.close();
}

export type NoticeState = "granted" | "denied" | "default" | "none";

export function noticeState(): NoticeState {
  return typeof Notification === "undefined" || !window.isSecureContext ? "none" : Notification.permission;
}

/** Asks the browser; only a click may. */
export async function permitNotices(): Promise<NoticeState> {
  if (noticeState() !== "default") return noticeState();
  return Notification.requestPermission();
}
