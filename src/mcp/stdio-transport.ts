import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { isErrno, TroupeError } from "../base/errors.ts";
import { signalProcess, taggedProcesses } from "../base/process-identity.ts";
import type { Confined, Sandbox } from "../base/sandbox.ts";
import { deferred } from "./deferred.ts";
import { createLineReader, type LongLine } from "./line-reader.ts";

export interface StdioOptions {
  readonly argv: readonly [string, ...string[]];
  readonly dir: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** A variable and value that only this process and its descendants have: by it they are found wherever they went. */
  readonly tag: Readonly<Record<string, string>>;
  /** The wall around it. */
  readonly confine: Sandbox["confine"];
  /** What it writes to stderr. Must not throw. */
  readonly onError: (chunk: Buffer) => void;
  /** Something on stdout that is no message, and was dropped. */
  readonly onStray: (what: string) => void;
}

export interface StdioTransport extends Transport {
  /** How the process ended; never rejects. */
  readonly ended: Promise<string>;
  /** Ends it without asking. */
  readonly kill: () => void;
}

/** Source: faults.md J7. */
const LINE_BYTES = 10 * 1024 * 1024;
/** From the end of its stdin to SIGTERM, and from there to SIGKILL. Source: the MCP specification, stdio shutdown. */
const EOF_MS = 2_000;
const TERM_MS = 1_000;
const KILL_ROUNDS = 50;
const KILL_ROUND_MS = 20;
/** How long the last lines of a process that has ended are waited for while a descendant holds its stdout. */
const HELD_MS = 200;

/**
 * A server as a child process in a group of its own. Unlike the SDK's transport: nothing of our environment comes along,
 * a line has a limit of its own and a wrong one is dropped, and the end takes the whole group with it.
 */
export function stdioTransport(options: StdioOptions): StdioTransport {
  const { tag, onStray } = options;
  let child: ChildProcess | undefined;
  let isOver = false;
  let release: (() => Promise<void>) | undefined;
  const { promise: ended, resolve: settle } = deferred<string>();
  const lines = createLineReader(
    LINE_BYTES,
    (line) => takeLine(transport, line, onStray),
    (long) => {
      onStray(`a line of more than ${LINE_BYTES} bytes`);
      if (long !== undefined) answerInstead(transport, long);
    },
  );

  const transport: StdioTransport = {
    ended,
    start: async () => {
      const { argv, dir, env } = options;
      const confined = await options.confine({ argv, dir, env: { ...env, ...tag } });
      release = onlyOnce(confined.release);
      // Given up while the wall was made: nothing is started any more.
      if (isOver) {
        await release();
        throw new TroupeError("interrupted", "it was given up before it was started");
      }
      const started = startChild(confined);
      child = started;
      started.stdout?.on("data", lines.add);
      started.stderr?.on("data", options.onError);
      // A server that closed its stdin is told to us by its end, or by the call that gets no answer.
      started.stdin?.on("error", (error) => transport.onerror?.(error));
      // Never rejects.
      void endOf(started).then(settle);
      void ended.then(() => transport.onclose?.());
      await isStarted(started, argv[0], dir);
    },
    send: async (message) => {
      const stdin = child?.stdin;
      if (!stdin?.writable) throw new Error("the server has closed its input");
      if (!stdin.write(`${JSON.stringify(message)}\n`)) await Promise.race([once(stdin, "drain"), ended]);
    },
    kill: () => {
      isOver = true;
      if (child !== undefined) signalGroup(child, "SIGKILL");
    },
    close: async () => {
      isOver = true;
      if (child?.pid !== undefined) await endInOrder(child, ended);
      await endDescendants(tag);
      await release?.();
    },
  };
  return transport;
}

function startChild({ argv, dir, env, descriptors }: Confined): ChildProcess {
  const [program, ...args] = argv;
  return spawn(program, args, {
    cwd: dir,
    env: { ...env },
    stdio: ["pipe", "pipe", "pipe", ...descriptors],
    detached: true,
  });
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

export function takeLine(
  transport: Pick<Transport, "onmessage">,
  line: string,
  onStray: (what: string) => void,
): void {
  if (line.trim() === "") return;
  const message = messageIn(line);
  if (message === undefined) onStray("a line that is no message");
  else transport.onmessage?.(message);
}

function messageIn(line: string): JSONRPCMessage | undefined {
  try {
    return JSONRPCMessageSchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whoever waits for an answer that was too long is told so, where its number can be found at either end of the line. */
function answerInstead(transport: Transport, { head, tail }: LongLine): void {
  const [, id] =
    /"id"\s*:\s*(\d+)\s*\}\s*$/.exec(tail) ?? /^\s*\{[^{}[\]]*"id"\s*:\s*(\d+)\s*,/.exec(head) ?? [];
  if (id === undefined) return;
  const message = `the answer was longer than ${LINE_BYTES} bytes and was dropped`;
  transport.onmessage?.({ jsonrpc: "2.0", id: Number(id), error: { code: -32_000, message } });
}

async function isStarted(child: ChildProcess, program: string, dir: string): Promise<void> {
  try {
    await once(child, "spawn");
  } catch (error) {
    const why = isErrno(error, "ENOENT") ? `there is no such program, or no folder ${dir}` : String(error);
    throw new TroupeError("failed", `${program} cannot be started: ${why}`, { cause: error });
  }
}

/** Resolves when it is over and its last lines are read; what it left in its group is killed at once. */
async function endOf(child: ChildProcess): Promise<string> {
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) =>
      resolve(code === null ? `ended by ${signal ?? "a signal"}` : `exit code ${code}`),
    );
  });
  signalGroup(child, "SIGKILL");
  const closed = new AbortController();
  child.once("close", () => closed.abort());
  await pause(HELD_MS, undefined, { signal: closed.signal }).catch(ignoreAbort);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.stdin?.destroy();
  return how;
}

async function endInOrder(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.stdin?.end();
  if (await isWithin(ended, EOF_MS)) return;
  signalGroup(child, "SIGTERM");
  if (await isWithin(ended, TERM_MS)) return;
  signalGroup(child, "SIGKILL");
  await isWithin(ended, TERM_MS);
}

async function isWithin(event: Promise<unknown>, ms: number): Promise<boolean> {
  const over = new AbortController();
  const late = pause(ms, false, { signal: over.signal }).catch(ignoreAbort);
  try {
    return (await Promise.race([event.then(() => true), late])) === true;
  } finally {
    over.abort();
  }
}

function ignoreAbort(error: unknown): undefined {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}

/** What left the group is found by the variable it was started with; answers when it is gone, or stuck in the kernel. */
async function endDescendants(tag: Readonly<Record<string, string>>): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const found = await taggedProcesses(tag);
    if (found.length === 0) return;
    for (const { identity } of found) await signalProcess(identity, "SIGKILL");
    await pause(KILL_ROUND_MS);
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // EPERM: macOS says so of a group of which only a zombie is left.
    if (!isErrno(error, "ESRCH", "EPERM")) throw error;
  }
}
