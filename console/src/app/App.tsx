import { QueryClientProvider } from "@tanstack/react-query";
import { Direction } from "radix-ui";
import { lazy, Suspense, useRef } from "react";
import { queries } from "@/api";
import { TooltipProvider } from "@/ui";
import { ErrorBoundary } from "./ErrorBoundary";
import { LeavingGuard } from "./LeavingGuard";
import { chosenLanguage, useLocale } from "./locale";
import { Router } from "./Router";
import { Shell } from "./Shell";
import { SessionProvider, useSession } from "./session";

const PhoneDock = lazy(() => import("@/phone/Dock"));

/** All of it. Another language draws everything anew, since texts are plain calls of t(). */
export function App() {
  const locale = useLocale();
  return (
    <QueryClientProvider client={queries}>
      <SessionProvider>
        <Direction.Provider key={locale} dir={chosenLanguage().dir}>
          <TooltipProvider delayDuration={350}>
            <LeavingGuard>
              <Shell>
                <Router />
              </Shell>
              <ErrorBoundary resetKey="" quiet>
                <Phone />
              </ErrorBoundary>
            </LeavingGuard>
          </TooltipProvider>
        </Direction.Provider>
      </SessionProvider>
    </QueryClientProvider>
  );
}

/** For whoever has signed in: visitors have no phone here, and need not load one. It stays when the session ends, with the call that is up. */
function Phone() {
  const { session } = useSession();
  const has = useRef(false);
  has.current ||= session?.signed_in === true;
  return (
    has.current && (
      <Suspense>
        <PhoneDock />
      </Suspense>
    )
  );
}
