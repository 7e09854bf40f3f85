/** What answers the page: the app through Tauri, or a stand-in in memory. */
import type { Contract } from "./contract.gen";
import type { CommandError, ErrorCode, Topic } from "./types.gen";

export type Command = keyof Contract;
export type Request<C extends Command> = Contract[C]["request"];
export type Reply<C extends Command> = Contract[C]["reply"];

export interface Backend {
  ask<C extends Command>(command: C, request: Request<C>): Promise<Reply<C>>;
  /** Calls `listener` with the topics that changed, until the returned function is called. */
  onChanged(listener: (topics: Topic[]) => void): () => void;
}

/** A command's failure: `message` is a sentence for the user. */
export class AskError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "AskError";
  }
}

/** Whatever a command failed with, as an `AskError`. */
export function askError(cause: unknown): AskError {
  if (cause instanceof AskError) return cause;
  if (isCommandError(cause)) return new AskError(cause.code, cause.message);
  return new AskError("storage", typeof cause === "string" ? cause : String((cause as Error | undefined)?.message ?? cause));
}

function isCommandError(cause: unknown): cause is CommandError {
  return typeof cause === "object" && cause !== null && "code" in cause && "message" in cause;
}
