import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type ErrorCode, TroupeError } from "../../../src/base/errors.ts";
import { EXIT_CODES } from "../../../src/cli/exit-codes.ts";
import { report } from "../../../src/cli/report.ts";

interface Told {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

function told(
  error: unknown,
  form: { readonly json?: boolean; readonly verbose?: boolean; readonly color?: boolean } = {},
): Told {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const env = { ANTHROPIC_API_KEY: "live-key-0123456789" };
  const exit = report(error, { stdout, stderr, json: false, verbose: false, color: false, env, ...form });
  return { exit, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

test("an error is what happened and what to do, one line each", () => {
  const error = new TroupeError("task_taken", "task #3 is already claimed by builder", {
    hint: "troupe task show 3",
  });

  expect(told(error)).toEqual({
    exit: 5,
    stdout: "",
    stderr: "error: task #3 is already claimed by builder\nhint: troupe task show 3\n",
  });
});

test("a message of several lines stays one line", () => {
  expect(told(new TroupeError("failed", "one\ntwo\r\nthree")).stderr).toBe("error: one two three\n");
});

test("with --json the error is an object on stdout, with all its keys", () => {
  const error = new TroupeError("model_unreachable", "no answer", { details: { url: "http://x" } });

  const { exit, stdout, stderr } = told(error, { json: true });

  expect({ exit, stderr }).toEqual({ exit: 8, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: "model_unreachable",
      message: "no answer",
      hint: null,
      retryable: true,
      details: { url: "http://x" },
    },
  });
});

test("--verbose adds the stack and those of the causes", () => {
  const cause = new Error("ENOSPC: no space left");
  const { stderr } = told(new TroupeError("disk_full", "the disk is full", { cause }), { verbose: true });

  expect(stderr).toMatch(/TroupeError: the disk is full\n {4}at /);
  expect(stderr).toMatch(/caused by Error: ENOSPC: no space left\n {4}at /);
});

test.each(["ENOSPC", "EDQUOT"])("%s that reached the boundary bare is a full disk", (code) => {
  const error = Object.assign(new Error(`${code}: write`), code === "EDQUOT" ? { errno: -122 } : { code });

  expect(told(error)).toMatchObject({ exit: 1, stderr: `error: ${code}: write\n` });
});

test.each([new Error("x is not a function"), "a string", undefined])(
  "%s is a bug of ours: 70, without a stack",
  (error) => {
    const { exit, stderr } = told(error);

    expect(exit).toBe(70);
    expect(stderr).toMatch(/^error: a bug in troupe: .*\nhint: please report it/);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(JSON.parse(told(error, { json: true }).stdout)).toMatchObject({ error: { code: "bug" } });
  },
);

test("a bug shows its stack with --verbose", () => {
  expect(told(new Error("oops"), { verbose: true }).stderr).toMatch(/^ {4}at /m);
});

test("who interrupts is told nothing, and the exit code is the signal's", () => {
  const error = new TroupeError("interrupted", "interrupted by SIGTERM", { details: { exit: 143 } });

  expect(told(error)).toEqual({ exit: 143, stdout: "", stderr: "" });
});

test.each(Object.entries(EXIT_CODES))("%s answers %i", (code, exit) => {
  expect(told(new TroupeError(code as ErrorCode, "what happened")).exit).toBe(exit);
});

test("words of others in an error cannot act on the terminal", () => {
  expect(told(new TroupeError("failed", "no agent named \u001b]0;x\u0007\u001b[31m")).stderr).toBe(
    "error: no agent named\n",
  );
});

test("colours are put around our words only", () => {
  expect(told(new TroupeError("failed", "what"), { color: true }).stderr).toBe(
    "\u001b[31merror:\u001b[39m what\n",
  );
});

test("L7 a secret in an error, its hint, its facts or its causes is not told", () => {
  const error = new TroupeError("failed", "no answer to live-key-0123456789", {
    hint: "look at Authorization: Bearer abcdefgh1234",
    details: { url: "https://ada:hunter22@example.com/" },
    cause: new Error("caused by live-key-0123456789"),
  });

  for (const form of [{ verbose: true }, { json: true, verbose: true }]) {
    const { stdout, stderr } = told(error, form);
    expect(`${stdout}${stderr}`).not.toMatch(/live-key|abcdefgh1234|hunter22/);
    expect(`${stdout}${stderr}`).toContain("no answer to ‹key›");
  }
});
