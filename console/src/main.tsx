import "@fontsource-variable/inter/wght.css";
import "@fontsource/ibm-plex-sans/500.css";
import "@fontsource/ibm-plex-sans/600.css";
import "@fontsource/ibm-plex-sans-arabic/400.css";
import "@fontsource/ibm-plex-sans-arabic/600.css";
import "./app/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { watchInstall } from "./app/install";
import { startLanguage } from "./app/locale";
import { keepOffline } from "./app/offline";
import { apply } from "./app/theme";

apply();
watchInstall();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
// The language first, so that nothing is drawn twice; English needs no loading.
startLanguage().finally(() =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);

if (import.meta.env.PROD) addEventListener("load", () => void keepOffline().catch(() => undefined));
