import type { Example } from "./command.ts";

/** The first screen of somebody new. */
export const PROGRAM_EXAMPLES: readonly Example[] = [
  { line: "troupe status", note: "the team of this folder on one screen", exit: 0 },
  { line: "troupe task list", note: "who works on what", exit: 0 },
  { line: "troupe timeline", note: "what happened, in order", exit: 0 },
];
