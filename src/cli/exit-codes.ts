import type { ErrorCode } from "../base/errors.ts";

/** What the process answers for each kind of trouble. Source: docs/cli.md, "Exit codes". */
export const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  journal_damaged: 1,
  newer_format: 1,
  disk_full: 1,
  state_dir: 1,
  git_failed: 1,
  failed: 1,
  usage: 2,
  bad_team_file: 2,
  bad_settings: 2,
  bad_name: 2,
  bad_script: 2,
  team_not_found: 3,
  agent_not_found: 3,
  task_not_found: 3,
  message_not_found: 3,
  approval_not_found: 3,
  mcp_not_found: 3,
  auth_missing: 4,
  auth_refused: 4,
  task_taken: 5,
  task_blocked: 5,
  conflict: 5,
  name_taken: 5,
  already_running: 5,
  already_answered: 5,
  denied: 6,
  policy: 6,
  untrusted: 6,
  not_for_agents: 6,
  budget: 7,
  model_unreachable: 8,
  store_unreachable: 8,
  mcp_unreachable: 8,
  timeout: 124,
  // The signal's own number is added by `ending.ts`; this one is for an end that no signal asked for.
  interrupted: 130,
};

/** A bug of ours: something was thrown that nobody expected. */
export const EXIT_BUG = 70;

/** Trouble that may be gone when the same command runs again. */
export const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  "model_unreachable",
  "store_unreachable",
  "mcp_unreachable",
  "timeout",
]);
