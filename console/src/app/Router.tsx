import { Compass } from "lucide-react";
import { Suspense, useEffect } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Button, Card, EmptyState, ErrorState, Page, Skeleton } from "@/ui";
import { t } from "./i18n";
import { PAGES, type PageEntry } from "./pages";
import { SignInPage } from "./SignIn";
import { useSession } from "./session";

/** The page of the place, or what stands in its way. */
export function Router() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {PAGES.map((page) => (
          <Route key={page.path} path={page.path}>
            <Guarded page={page} />
          </Route>
        ))}
        <Route path="/sign-in">
          <SignInPlace />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  );
}

function Guarded({ page }: { page: PageEntry }) {
  const { session, error, ended, retry } = useSession();
  const View = page.view;
  if (session === undefined) {
    if (error !== null)
      return (
        <Card className="mx-auto max-w-2xl">
          <ErrorState title={t("VoiceForge cannot be reached")} error={error} onRetry={retry} />
        </Card>
      );
    return <Loading />;
  }
  // `ended`: the page stays below the dialog that asks to sign in again.
  if (!page.open && !session.signed_in && !ended) return <SignInPage wanted={page.title()} />;
  return <View />;
}

function SignInPlace() {
  const { session } = useSession();
  const [, go] = useLocation();
  const signedIn = session?.signed_in === true;
  useEffect(() => {
    if (signedIn) go("/dashboard", { replace: true });
  }, [signedIn, go]);
  return signedIn ? <Loading /> : <SignInPage />;
}

function NotFound() {
  return (
    <Page title={t("Nothing is here")}>
      <Card>
        <EmptyState
          icon={<Compass />}
          title={t("There is no such page")}
          text={t("The address may be mistyped, or what it showed was removed.")}
          action={
            <Button variant="primary" asChild>
              <Link href="/">{t("To the start")}</Link>
            </Button>
          }
        />
      </Card>
    </Page>
  );
}

function Loading() {
  return (
    <div role="status" aria-label={t("Loading…")} className="mx-auto w-full max-w-6xl">
      <Skeleton className="mb-3 h-8 w-48" />
      <Skeleton className="mb-8 h-4 w-80 max-w-full" />
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Skeleton className="h-32 rounded-2xl" />
        <Skeleton className="h-32 rounded-2xl" />
        <Skeleton className="hidden h-32 rounded-2xl lg:block" />
      </div>
    </div>
  );
}
