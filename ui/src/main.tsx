/** Where the page begins. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import type { Backend } from "./ipc";
import { isInWindow, tauri } from "./ipc/tauri";
import "./theme/tokens.css";
import "./theme/global.css";

async function backend(): Promise<Backend> {
  if (isInWindow()) return tauri;
  const { shown } = await import("./ipc/memory/shows");
  return shown(location.search);
}

const root = document.getElementById("root");
if (root) {
  const chosen = await backend();
  createRoot(root).render(
    <StrictMode>
      <App backend={chosen} />
    </StrictMode>,
  );
}
