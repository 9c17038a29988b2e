/** Every kind of trouble outside the program; the exit code of each stands in `cli/exit-codes.ts`. */
export type ErrorCode =
  | "journal_damaged"
  | "newer_format"
  | "disk_full"
  | "state_dir"
  | "git_failed"
  | "failed"
  | "usage"
  | "bad_team_file"
  | "bad_settings"
  | "bad_name"
  | "bad_script"
  | "team_not_found"
  | "agent_not_found"
  | "task_not_found"
  | "message_not_found"
  | "approval_not_found"
  | "mcp_not_found"
  | "auth_missing"
  | "auth_refused"
  | "task_taken"
  | "task_blocked"
  | "conflict"
  | "name_taken"
  | "already_running"
  | "already_answered"
  | "denied"
  | "policy"
  | "untrusted"
  | "not_for_agents"
  | "budget"
  | "model_unreachable"
  | "store_unreachable"
  | "mcp_unreachable"
  | "timeout"
  | "interrupted";

export interface ErrorDetails {
  /** The command to type or the thing to do next; one line, without "hint:". */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Facts for programs: ids, names, paths. Printed under `details` with `--json`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Trouble outside the program: `message` says what happened, with names and numbers; `hint` what to do. */
export class TroupeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, { hint, cause, details }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TroupeError";
    this.code = code;
    this.hint = hint;
    this.details = details ?? {};
  }
}

/** Numbers of errnos that have no code name in Node 20 ("Unknown system error -122"). Linux values. */
const ERRNO: Readonly<Partial<Record<ErrnoName, number>>> = { EDQUOT: -122, ESTALE: -116, ENOLCK: -37 };

export type ErrnoName =
  | "EDQUOT"
  | "ENOLCK"
  | "ESTALE"
  | "EACCES"
  | "EADDRINUSE"
  | "EEXIST"
  | "EFBIG"
  | "EIO"
  | "EISDIR"
  | "ELOOP"
  | "EMFILE"
  | "ENAMETOOLONG"
  | "ENFILE"
  | "ENOENT"
  | "ENOSPC"
  | "ENOTDIR"
  | "ENOTEMPTY"
  | "ENXIO"
  | "EPERM"
  | "EPIPE"
  | "EROFS"
  | "ESRCH"
  | "EXDEV"
  | "ECONNREFUSED";

/** True when `error` is a system error of that name, matched by number where Node has no name for it. */
export function isErrno(error: unknown, ...names: readonly ErrnoName[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false;
  const { code, errno } = error as NodeJS.ErrnoException;
  return names.some((name) => code === name || (errno !== undefined && errno === ERRNO[name]));
}
