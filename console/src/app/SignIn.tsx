import { KeyRound, Terminal } from "lucide-react";
import { useState } from "react";
import { ApiError } from "@/api";
import { Button, Card, CodeLine, Dialog, Field, Input, Page } from "@/ui";
import { t } from "./i18n";
import { useSession } from "./session";

/** A key or the ADMIN_TOKEN is asked for; the server answers with a cookie, and what was typed is forgotten. */
function SignInForm({ onDone, autoFocus }: { onDone?: () => void; autoFocus?: boolean }) {
  const { signIn } = useSession();
  const [secret, setSecret] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  async function send() {
    const typed = secret.trim();
    if (!typed) return setFault(t("Paste a key or the ADMIN_TOKEN first."));
    setBusy(true);
    setFault("");
    try {
      await signIn(typed);
      setSecret("");
      onDone?.();
    } catch (error) {
      setFault(wrong(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Field
        label={t("Key or admin token")}
        error={fault}
        hint={t("It is sent once and forgotten. A cookie which no script can read keeps you signed in.")}
      >
        <Input
          type="password"
          autoComplete="off"
          spellCheck={false}
          dir="ltr"
          placeholder="vf_…"
          icon={<KeyRound />}
          value={secret}
          autoFocus={autoFocus}
          onChange={(event) => setSecret(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" loading={busy} className="w-full">
        {t("Sign in")}
      </Button>
    </form>
  );
}

function wrong(error: unknown): string {
  if (error instanceof ApiError && error.status === 401)
    return t("The server does not know this key. Check that all of it was copied.");
  if (error instanceof ApiError) return error.message;
  return t("The server cannot be reached. Is it running?");
}

function ByLink() {
  return (
    <div className="space-y-3 text-muted text-sm leading-relaxed">
      <p>{t("Or run this on the machine of the server and open the link that it prints; it counts once:")}</p>
      <CodeLine text="voiceforge console" />
    </div>
  );
}

/** In place of a page that needs somebody signed in. */
export function SignInPage({ wanted }: { wanted?: string }) {
  return (
    <Page
      title={t("Sign in")}
      description={
        wanted
          ? t("{page} shows calls and settings of this server, so it asks who you are.", { page: wanted })
          : undefined
      }
      className="max-w-lg pt-4 sm:pt-12"
    >
      <Card>
        <SignInForm autoFocus />
        <div className="my-5 flex items-center gap-3 text-faint text-xs">
          <span className="h-px flex-1 bg-line" />
          <Terminal className="size-4" aria-hidden />
          <span className="h-px flex-1 bg-line" />
        </div>
        <ByLink />
      </Card>
      <p className="mt-4 text-faint text-xs leading-relaxed">
        {t(
          "The first start of the server wrote a key into its data folder (api.key); voiceforge keys create makes more.",
        )}
      </p>
    </Page>
  );
}

/** The session ended while a page was open: signing in again goes on where it stood. */
export function SessionEndedDialog() {
  const { ended } = useSession();
  const [closed, setClosed] = useState(false);
  return (
    <Dialog
      open={ended && !closed}
      onOpenChange={(open) => setClosed(!open)}
      sticky
      size="sm"
      title={t("Your session has ended")}
      description={t("Sign in again to go on: what you have on this page stays as it is.")}
    >
      <SignInForm autoFocus onDone={() => setClosed(false)} />
      <div className="mt-5 border-line border-t pt-4">
        <ByLink />
      </div>
    </Dialog>
  );
}
