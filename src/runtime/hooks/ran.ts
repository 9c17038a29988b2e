import type { HookEvent, PromptVerdict } from "../../protocol/hooks.ts";
import type { ProgramWalls } from "../program-walls.ts";
import type { HookConfig } from "./read-hooks.ts";

/** What came of one run, before anybody asks what it means. */
export type Ran =
  | { readonly kind: "output"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "verdict"; readonly verdict: PromptVerdict }
  | { readonly kind: "failed"; readonly why: string };

/** What a run needs beside its handler. */
export interface RunDeps {
  readonly config: Pick<HookConfig, "allowedUrls" | "allowedEnv">;
  /** Where programs start. */
  readonly dir: string;
  readonly projectDir: string;
  /** The environment of every hook. */
  readonly env: Readonly<Record<string, string>>;
  /** The whole environment of this process: headers may name variables of it when they are allowed to. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Where SessionStart hooks write variables for commands; absent: nobody would read it. */
  readonly envFile?: string;
  readonly newId: () => string;
  /** The wall around a hook that is confined, which may reject; absent: none of them can be started. */
  readonly walls?: ProgramWalls;
  /** Asks a model for a prompt hook; absent: prompt hooks are not supported here. */
  readonly askModel?: (prompt: string, model: string | undefined, signal: AbortSignal) => Promise<string>;
  /** Calls a tool of a connector that is there already; absent: mcp_tool hooks are not supported here. */
  readonly callTool?: (
    call: { readonly server: string; readonly tool: string; readonly input: unknown },
    signal: AbortSignal,
  ) => Promise<{ readonly text: string; readonly isError: boolean }>;
}

/** `json`: what the hook is told, one line. */
export interface HookInput {
  readonly event: HookEvent;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly json: string;
}

export function failed(why: string): Ran {
  return { kind: "failed", why };
}

export function succeeded(stdout: string): Ran {
  return { kind: "output", code: 0, stdout, stderr: "" };
}

/** undefined for what is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function timeoutText(ms: number): string {
  return `it did not answer within ${ms / 1000} s`;
}
