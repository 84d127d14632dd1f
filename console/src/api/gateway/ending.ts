// How a conversation came to its end, or why it never began, and what may be done about it.
import { t } from "@/app/i18n";

export type EndingKind =
  /** It was said goodbye, by either side. */
  | "done"
  /** Nobody let it begin, or go on: a key, a quota, an agent that is not there. */
  | "refused"
  /** An engine is being loaded: it may be tried again. */
  | "warming"
  /** The server could not be reached at all. */
  | "unreachable"
  /** The socket was lost and the server has given the conversation up, or was started anew. */
  | "lost"
  /** Another tab goes on with it. */
  | "taken";

export interface Ending {
  kind: EndingKind;
  /** What happened. */
  text: string;
  /** What to do. */
  detail: string;
  /** Seconds after which it may be tried again. */
  retryAfterS: number | null;
  /** The sign-in is over. */
  signedOut: boolean;
}

/** A close code of docs/gateway.md. `said`: the server's last word before. */
export function endingOf(code: number, said: string, retryAfterS: number | null, begun: boolean): Ending {
  const ending = (kind: EndingKind, text: string, detail = "", more: Partial<Ending> = {}): Ending => ({
    kind,
    text,
    detail,
    retryAfterS: null,
    signedOut: false,
    ...more,
  });
  switch (code) {
    case 1000:
      return ending("done", said || t("The conversation is over."));
    case 1001:
      return ending(
        "lost",
        said || t("The server is being stopped."),
        t("Begin again once it is back: what was said stays here."),
      );
    case 4001:
      return ending(
        "refused",
        t("You are not signed in."),
        said || t("Sign in and begin again: what was said stays here."),
        {
          signedOut: true,
        },
      );
    case 4002:
      return ending(
        "refused",
        said || t("Your key may hold no conversations."),
        t("Sign in with a key that is active and has the scope `sessions`."),
      );
    case 4003:
      return ending("refused", t("There is no room for this conversation just now."), said);
    case 4004:
      return ending(
        "refused",
        t("The server did not understand this page."),
        said || t("Load the page anew: it may be of an older version."),
      );
    case 4005:
      return retryAfterS === null
        ? ending(
            "refused",
            said || t("The agent cannot talk now."),
            t("Choose another, or mend it on its page."),
          )
        : ending("warming", said || t("An engine is being loaded."), t("It is tried again by itself."), {
            retryAfterS,
          });
    case 4007:
      return ending("taken", t("Another page goes on with this conversation."), t("Begin a new one here."));
    case 4008:
      return ending(
        "lost",
        t("The server no longer knows this conversation."),
        t(
          "It was started anew, or the connection was lost for too long. Begin again: what was said stays here.",
        ),
      );
    default:
      return begun
        ? ending(
            "lost",
            t("The connection was lost."),
            t("The server did not answer in time. Begin again: what was said stays here."),
          )
        : ending("unreachable", t("The server cannot be reached."), t("Is it running? Try again."));
  }
}
