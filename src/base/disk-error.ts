import { type ErrnoName, type ErrorCode, isErrno, TroupeError } from "./errors.ts";

const KINDS: readonly (readonly [ErrorCode, string, readonly ErrnoName[]])[] = [
  ["disk_full", "the disk is full: free some space, then try again", ["ENOSPC", "EDQUOT", "EFBIG"]],
  ["state_dir", "the disk is read-only: use another folder", ["EROFS"]],
  [
    "state_dir",
    "the folder must belong to you, be writable, and hold no links of others",
    ["EACCES", "EPERM", "ELOOP", "ENOTDIR", "EISDIR", "ENXIO", "ENOENT", "ENAMETOOLONG"],
  ],
  ["store_unreachable", "close some programs or raise the limit of open files", ["EMFILE", "ENFILE"]],
];

/**
 * A system error of the disk as a TroupeError that says what was done to which path: `disk_full`, `state_dir` or
 * `store_unreachable`, errno and syscall kept in `cause`. Anything else comes back as it is: a bug stays a bug.
 */
export function diskError(error: unknown, doing: string, path: string): unknown {
  if (!isSystemError(error)) return error;
  const kind = KINDS.find(([, , names]) => isErrno(error, ...names));
  const [code, hint] = kind ?? ["store_unreachable", "look at the disk or the file server"];
  return new TroupeError(code, `cannot ${doing} ${path}: ${nameOf(error)}`, {
    hint,
    cause: error,
    details: { path, errno: error.errno },
  });
}

/** An error of the operating system, whatever its number. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error;
}

/** Node has no names for some errnos and says "Unknown system error -122" in their place. */
function nameOf(error: NodeJS.ErrnoException): string {
  const unnamed = (["EDQUOT", "ESTALE", "ENOLCK"] as const).find((name) => isErrno(error, name));
  return unnamed ?? error.code ?? error.message;
}
