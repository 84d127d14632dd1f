import { Bug, RotateCw } from "lucide-react";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { Button, Card, EmptyState } from "@/ui";
import { t } from "./i18n";

interface Props {
  /** Another one (a path) tries anew. */
  resetKey: string;
  /** What fails is left out without a word: it stands beside the page, which can do without it. */
  quiet?: boolean;
  children: ReactNode;
}

/** One page that fails does not take the others with it. */
export class ErrorBoundary extends Component<Props, { error: Error | null; key: string }> {
  override state = { error: null as Error | null, key: this.props.resetKey };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: Props, state: { key: string }) {
    return props.resetKey === state.key ? null : { error: null, key: props.resetKey };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    // biome-ignore lint/suspicious/noConsole: a fault of ours, for whoever looks for it
    console.error(error, info.componentStack);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (this.props.quiet) return null;
    // A chunk that is gone: the server has a newer console than this page.
    const outdated = /dynamically imported module|Importing a module script|error loading/i.test(
      error.message,
    );
    return (
      <Card className="mx-auto max-w-2xl" role="alert">
        <EmptyState
          icon={outdated ? <RotateCw /> : <Bug />}
          title={outdated ? t("The console was renewed") : t("This page has a fault")}
          text={
            outdated
              ? t("The server has a newer version of this page, or cannot be reached. Load it again.")
              : t(
                  "It is ours, not yours: {message}. Everything else goes on; load the page again, and report this if it comes back.",
                  { message: error.message },
                )
          }
          action={
            <Button variant="primary" icon={<RotateCw />} onClick={() => location.reload()}>
              {t("Load the page again")}
            </Button>
          }
        />
      </Card>
    );
  }
}
