/** The app behind the window, through Tauri. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import { askError, type Backend, type Command, type Reply, type Request } from "./backend";
import type { Topic } from "./types.gen";

export const tauri: Backend = {
  async ask<C extends Command>(command: C, request: Request<C>): Promise<Reply<C>> {
    try {
      return await invoke<Reply<C>>(command, { request });
    } catch (cause) {
      throw askError(cause);
    }
  },
  onChanged(listener) {
    const listening = listen<Topic[]>("changed", (event) => listener(event.payload));
    return () => void listening.then((stop) => stop());
  },
};

/** Whether the page runs in the app's window. */
export function isInWindow(): boolean {
  return "__TAURI_INTERNALS__" in window;
}
