import { failed, type HookInput, type Ran, type RunDeps, timeoutText } from "./ran.ts";
import type { Handler } from "./read-hooks.ts";
import { runCommandHook } from "./run-command-hook.ts";
import { runHttpHook } from "./run-http-hook.ts";
import { runPromptHook } from "./run-prompt-hook.ts";
import { runToolHook } from "./run-tool-hook.ts";

/** Runs a handler to its end, its timeout, or the signal. Never rejects. */
export async function runHandler(
  deps: RunDeps,
  handler: Handler,
  input: HookInput,
  signal: AbortSignal,
): Promise<Ran> {
  const { spec } = handler;
  switch (spec.type) {
    case "broken":
      return failed(spec.why);
    case "agent":
      return failed("hooks of type agent are not supported");
    case "command":
      return runCommandHook(deps, handler, { spec, input }, signal);
    case "http":
      return limited(handler, signal, (limit) => runHttpHook(deps, spec, input, limit));
    case "mcp_tool":
      return limited(handler, signal, (limit) => runToolHook(deps, spec, input, limit));
    case "prompt":
      return limited(handler, signal, (limit) => runPromptHook(deps, spec, input, limit));
    default:
      return spec satisfies never;
  }
}

/** A run that is not a process: cut off at its timeout and at the signal, and whatever it throws is a failure. */
async function limited(
  { timeoutMs }: Handler,
  signal: AbortSignal,
  run: (limit: AbortSignal) => Promise<Ran>,
): Promise<Ran> {
  const limit = new AbortController();
  const abort = (): void => limit.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const cutOff = new Promise<Ran>((resolve) => {
    const told = (): void => resolve(failed(signal.aborted ? "it was interrupted" : timeoutText(timeoutMs)));
    limit.signal.addEventListener("abort", told, { once: true });
    if (limit.signal.aborted) told();
  });
  try {
    return await Promise.race([
      cutOff,
      run(limit.signal).catch((error: unknown) => failed(messageOf(error))),
    ]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
