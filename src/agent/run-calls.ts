import { withOwnSignal } from "../base/own-signal.ts";
import { capText } from "./cap-text.ts";
import { elapsedMs } from "./elapsed.ts";
import { limitsOf } from "./limits.ts";
import type { EndedCall, LoopDeps, Verdict } from "./loop-deps.ts";
import { pause } from "./pause.ts";
import type { RequestedCall } from "./reply.ts";
import type { Clearance, Tool, ToolResult } from "./tool.ts";

/** What came of one call. */
export interface CallOutcome extends ToolResult {
  readonly id: string;
  /** Of a call that was run, or denied. */
  readonly ended?: EndedCall;
}

const INTERRUPTED: ToolResult = {
  text: "Interrupted before it came back. It may or may not have had its effect: look before you do it again.",
  isError: true,
};
const NOT_STARTED: ToolResult = {
  text: "Not run: the turn was interrupted before its start.",
  isError: true,
};

/**
 * Runs the calls of one reply and answers each, in their order: `write` tools one after another, everything else at the
 * same time. Whatever a tool throws is a result that the model can read. Never rejects; after the signal it comes back
 * within `abortGraceMs`.
 */
export function runCalls(
  deps: LoopDeps,
  calls: readonly RequestedCall[],
  signal: AbortSignal,
): Promise<readonly CallOutcome[]> {
  return withOwnSignal(signal, async (own) => {
    // One for all calls: each abort of a controller makes an exception with its stack.
    const done = new AbortController();
    try {
      return await allAnswered({ deps, signal: own, late: graceOver(deps, own, done.signal) }, calls);
    } finally {
      done.abort();
    }
  });
}

/** The calls of one reply on their way. */
interface Running {
  readonly deps: LoopDeps;
  readonly signal: AbortSignal;
  /** Resolves when the signal came and nobody is waited for any more. */
  readonly late: Promise<undefined>;
}

function allAnswered(running: Running, calls: readonly RequestedCall[]): Promise<readonly CallOutcome[]> {
  const tools = new Map(running.deps.tools().map((tool) => [tool.name, tool]));
  let lastWrite: Promise<unknown> = Promise.resolve();
  return Promise.all(
    calls.map((call) => {
      const tool = tools.get(call.name);
      // All are asked about at once: whoever answers sees everything, and nothing waits for two answers one after another.
      const asked = permitted(running, call, tool);
      const start = (): Promise<CallOutcome> => answered(running, call, asked);
      if (tool?.effect !== "write") return start();
      const mine = lastWrite.then(start);
      lastWrite = mine;
      return mine;
    }),
  );
}

/** What is to be run: the tool with the input that the gate left of it; or why it is not run at all. */
type Permitted =
  | { readonly what: Tool | ToolResult; readonly verdict: Verdict | undefined }
  | { readonly what: undefined; readonly verdict: undefined };

async function permitted(
  { deps, signal, late }: Running,
  call: RequestedCall,
  tool: Tool | undefined,
): Promise<Permitted> {
  if (signal.aborted) return { what: undefined, verdict: undefined };
  const refusal = refusalOf(deps, call, tool);
  if (refusal !== undefined || tool === undefined)
    return { what: refusal ?? INTERRUPTED, verdict: { allowed: true } };
  return { what: tool, verdict: await Promise.race([verdictOf(deps, call, signal), late]) };
}

async function answered(
  running: Running,
  call: RequestedCall,
  asked: Promise<Permitted>,
): Promise<CallOutcome> {
  const { deps, signal } = running;
  const { id } = call;
  const { what, verdict } = await asked;
  if (verdict?.allowed === false) {
    deps.emit({ type: "tool_denied", id, name: call.name, reason: verdict.reason });
    const text = shown(deps, `Denied: ${verdict.reason}`);
    return { id, text, isError: true, ended: { call, text, isError: true, ms: 0, isDenied: true } };
  }
  if (what === undefined || verdict === undefined || isOver(signal)) return { id, ...NOT_STARTED };
  const allowed = { ...call, input: verdict.input ?? call.input, cleared: verdict.cleared };
  return run(running, allowed, what);
}

/** Asked again behind a wait: it may have come meanwhile. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** With what the gate left of it. */
interface AllowedCall extends RequestedCall {
  readonly cleared: Clearance | undefined;
}

/** `what`: the tool, or the result of a call that cannot be run at all. */
async function run(
  running: Running,
  { id, name, input, cleared }: AllowedCall,
  what: Tool | ToolResult,
): Promise<CallOutcome> {
  const { deps, signal, late } = running;
  deps.emit({ type: "tool_started", id, name, input });
  const started = performance.now();
  const result =
    "text" in what
      ? what
      : ((await Promise.race([caught(what, { input, cleared }, signal), late])) ?? INTERRUPTED);
  const ms = elapsedMs(started);
  const ended = { call: { id, name, input }, text: shown(deps, result.text), isError: result.isError, ms };
  const isRun = !("text" in what) && result.isWrongInput !== true;
  const text = isRun ? hidden(deps, await amended(running, ended)) : ended.text;
  deps.emit({ type: "tool_ended", id, name, isError: result.isError, ms, text });
  return { ...result, id, text, ...(isRun ? { ended: { ...ended, text } } : {}) };
}

/** Secrets go first: a cut would leave half of one. */
function shown(deps: LoopDeps, text: string): string {
  return capText(hidden(deps, text));
}

function hidden({ hide }: LoopDeps, text: string): string {
  return hide === undefined ? text : hide(text);
}

/** What the model reads of a call; of one that was cut off there is nothing to be said. */
async function amended({ deps, signal, late }: Running, ended: EndedCall): Promise<string> {
  if (deps.afterCall === undefined || signal.aborted) return ended.text;
  return (await Promise.race([deps.afterCall(ended, signal), late])) ?? ended.text;
}

/** Why a call cannot be run at all. */
function refusalOf(
  { tools }: LoopDeps,
  { name, wrongJson }: RequestedCall,
  tool: Tool | undefined,
): ToolResult | undefined {
  if (tool === undefined) {
    const names = tools()
      .map((known) => known.name)
      .join(", ");
    return { text: `There is no tool ${name}. Tools: ${names}.`, isError: true, isWrongInput: true };
  }
  if (wrongJson === null) return undefined;
  const said = wrongJson === "" ? "it was empty" : `it was: ${capText(wrongJson, 500)}`;
  return {
    text: `${name} was not run: its input is not a whole JSON object; ${said}\nMake the call again with valid JSON.`,
    isError: true,
    isWrongInput: true,
  };
}

async function verdictOf(
  { gate }: LoopDeps,
  { id, name, input }: RequestedCall,
  signal: AbortSignal,
): ReturnType<LoopDeps["gate"]> {
  try {
    return await gate({ id, name, input }, signal);
  } catch (error) {
    return { allowed: false, reason: `the permission check failed: ${messageOf(error)}` };
  }
}

async function caught(
  tool: Tool,
  { input, cleared }: Pick<AllowedCall, "input" | "cleared">,
  signal: AbortSignal,
): Promise<ToolResult> {
  try {
    return await tool.run(input, signal, cleared);
  } catch (error) {
    return { text: `${tool.name} failed: ${messageOf(error)}`, isError: true };
  }
}

/** Resolves `abortGraceMs` after the signal, or when nobody waits for it any more. */
async function graceOver(deps: LoopDeps, signal: AbortSignal, done: AbortSignal): Promise<undefined> {
  await aborted(signal, done);
  await pause(limitsOf(deps.limits).abortGraceMs, done);
}

/** Resolves with the signal, or when nobody waits for it any more. */
async function aborted(signal: AbortSignal, done: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      signal.removeEventListener("abort", end);
      done.removeEventListener("abort", end);
      resolve();
    };
    signal.addEventListener("abort", end);
    done.addEventListener("abort", end);
  });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = "hint" in error && typeof error.hint === "string" ? `\nHint: ${error.hint}` : "";
  return `${error.message}${hint}`;
}
