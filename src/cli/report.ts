import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { createRedactor, secretsIn } from "../base/redact.ts";
import { EXIT_BUG, EXIT_CODES, RETRYABLE } from "./exit-codes.ts";
import type { Sink } from "./io.ts";
import { render, styled } from "./piece.ts";

/** How an error is told. */
export interface ReportForm {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** As an object on stdout, where nothing else of the command stands then. */
  readonly json: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  /** Its secrets are not told. */
  readonly env: Host["env"];
}

type Form = Omit<ReportForm, "env" | "stdout" | "stderr"> & {
  readonly [Name in "stdout" | "stderr"]: { readonly write: (text: string) => boolean };
};

/** The boundary of the command line: tells what went wrong in at most three lines, answers the exit code. Never throws. */
export function report(error: unknown, { stdout, stderr, env, ...rest }: ReportForm): number {
  const { hide } = createRedactor(secretsIn(env));
  const sink = (to: Sink): Form["stdout"] => ({ write: (text: string) => to.write(hide(text)) });
  return tell(error, { ...rest, stdout: sink(stdout), stderr: sink(stderr) });
}

function tell(error: unknown, form: Form): number {
  const trouble = troubleOf(error);
  if (!trouble) return reportBug(error, form);
  const { code, message, hint, details } = trouble;
  // Who pressed Ctrl-C knows.
  if (form.json)
    form.stdout.write(`${errorJson(code, message, { hint, details, retryable: RETRYABLE.has(code) })}\n`);
  else if (code !== "interrupted") {
    form.stderr.write(`${render([styled("red", "error:"), ` ${message}`], form.color)}\n`);
    if (hint !== undefined)
      form.stderr.write(`${render([styled("cyan", "hint:"), ` ${hint}`], form.color)}\n`);
  }
  if (form.verbose) form.stderr.write(`${stackOf(trouble)}\n`);
  const exit = code === "interrupted" ? details["exit"] : undefined;
  return typeof exit === "number" ? exit : EXIT_CODES[code];
}

/** A warning as it stands beside what a command shows. */
export function warning(text: string): readonly [{ text: string; style: "yellow" }, string] {
  return [{ text: "warning:", style: "yellow" }, ` ${text}`];
}

/** Ours as it is; a full disk or a locked folder that reached us bare gets its code; undefined = nobody expected it. */
function troubleOf(error: unknown): TroupeError | undefined {
  if (error instanceof TroupeError) return error;
  if (isErrno(error, "ENOSPC", "EDQUOT"))
    return new TroupeError("disk_full", error.message, { cause: error });
  if (isErrno(error, "EACCES", "EPERM", "EROFS", "EMFILE", "ENFILE", "EIO", "ELOOP", "ENOTDIR", "ESTALE"))
    return new TroupeError("state_dir", error.message, { cause: error });
  return undefined;
}

function reportBug(error: unknown, form: Form): number {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const text = `a bug in troupe: ${message}`;
  const hint = "please report it with the stack: run it again with --verbose";
  if (form.json) form.stdout.write(`${errorJson("bug", text, { hint, details: {}, retryable: false })}\n`);
  else {
    form.stderr.write(`${render([styled("red", "error:"), ` ${text}`], form.color)}\n`);
    if (!form.verbose) form.stderr.write(`${render([styled("cyan", "hint:"), ` ${hint}`], form.color)}\n`);
  }
  if (form.verbose) form.stderr.write(`${stackOf(error)}\n`);
  return EXIT_BUG;
}

interface ErrorRest {
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
}

function errorJson(code: string, message: string, { hint, details, retryable }: ErrorRest): string {
  return JSON.stringify({ error: { code, message, hint: hint ?? null, retryable, details } }, null, 2);
}

/** The stack, and those of the causes below it. */
function stackOf(error: unknown): string {
  const lines: string[] = [];
  let next: unknown = error;
  while (next instanceof Error && lines.length < 8) {
    lines.push(`${lines.length === 0 ? "" : "caused by "}${next.stack ?? next.message}`);
    next = next.cause;
  }
  return lines.join("\n");
}
