/** The door to everything behind the page. */
export { BackendProvider, newClient, question, useAsk, useBackend, useDeed, useEntrance } from "./ask";
export { AskError, askError, type Backend, type Command, type Reply, type Request } from "./backend";
export { BLOCK, startOfBlock, useRows, type Block, type Rows } from "./rows";
export type * from "./types.gen";
