import { BookOpen, Download, FileJson } from "lucide-react";
import { relative } from "@/app/format";
import { t } from "@/app/i18n";
import { useInstall } from "@/app/install";
import { useSession } from "@/app/session";
import { Badge, Button, Card, KeyValue, Page } from "@/ui";
import { Browsers } from "./Browsers";
import { Draining } from "./Draining";
import { Looks } from "./Looks";

export default function SettingsPage() {
  return (
    <Page
      title={t("Settings")}
      description={t(
        "This browser, who is signed in, and the server's calls. What the server itself does stands in its settings file.",
      )}
    >
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="min-w-0 space-y-5">
          <Looks />
          <Install />
          <Draining />
        </div>
        <div className="min-w-0 space-y-5">
          <You />
          <Browsers />
        </div>
      </div>
    </Page>
  );
}

function You() {
  const { session } = useSession();
  if (session === undefined) return null;
  const all = session.scopes.includes("admin");
  return (
    <Card title={t("You and this server")}>
      <KeyValue
        items={[
          [t("Signed in as"), session.name],
          [t("May"), <May key="may" all={all} scopes={session.scopes} />],
          [t("Signed in until"), session.expires_at ? relative(session.expires_at) : null],
          [
            t("VoiceForge"),
            <span key="v" dir="ltr">
              {session.version}
            </span>,
          ],
        ]}
      />
      <div className="mt-4 flex flex-wrap gap-2">
        <Button size="sm" asChild>
          <a href="/docs">
            <BookOpen aria-hidden />
            {t("The API's documentation")}
          </a>
        </Button>
        <Button size="sm" asChild>
          <a href="/openapi.json">
            <FileJson aria-hidden />
            openapi.json
          </a>
        </Button>
      </div>
    </Card>
  );
}

function May({ all, scopes }: { all: boolean; scopes: readonly string[] }) {
  if (all) return <Badge tone="gold">{t("Everything")}</Badge>;
  return (
    <span className="flex flex-wrap justify-end gap-1.5">
      {scopes.map((scope) => (
        <Badge key={scope} tone="primary">
          {scope}
        </Badge>
      ))}
    </span>
  );
}

/** Where the browser can: as an app of its own, with a window and an icon. */
function Install() {
  const install = useInstall();
  if (install === null) return null;
  return (
    <Card
      title={t("As an app")}
      description={t(
        "VoiceForge in a window of its own, with its icon among your programs; it opens at once, also while the server is away.",
      )}
    >
      <Button variant="primary" icon={<Download />} onClick={() => void install()}>
        {t("Install")}
      </Button>
    </Card>
  );
}
