import type { PermissionMode } from "./behavior.ts";
import type { RuleSet } from "./rule-set.ts";

/**
 * What the caller knows of a tool beyond the rules. free: runs in every mode (a team's own tools). reads: changes
 * nothing, so the mode decides as for reading. asks: a person is asked every time. blocked: nobody may call it.
 */
export type Standing = "free" | "reads" | "asks" | "blocked";

export interface GateContext {
  readonly mode: PermissionMode;
  readonly rules: RuleSet;
  /** Absolute. */
  readonly cwd: string;
  /** Working folders, absolute; the cwd counts as one. */
  readonly folders: readonly string[];
  /** Folders to read in only, absolute. */
  readonly readable?: readonly string[];
  readonly home: string;
  /** Bash runs in a sandbox and may run without asking. */
  readonly isConfined: boolean;
  /** Links followed as far as the path exists; of an absolute path that may hold `..`. Must not throw. */
  readonly realPath: (path: string) => string;
  readonly standing?: (tool: string) => Standing | undefined;
  /**
   * This call may send something out, and the conversation holds text that nobody vouches for: why a person looks at it
   * whatever mode, rules and hooks allow. A command that only reads, or writes in the working folders, is not meant.
   */
  readonly untrusted?: string | undefined;
}
