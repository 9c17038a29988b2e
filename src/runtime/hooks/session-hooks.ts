import type { UserInput } from "../../agent/loop-deps.ts";
import type { Entry } from "../../protocol/entries.ts";
import type { EnvFile } from "./env-file.ts";
import type { HookOutcome } from "./merge.ts";
import type { Hooks } from "./open-hooks.ts";

/** The hooks around the life of one member. */
export interface SessionHooks {
  /** What the model is told first of all, and what only goes along with whatever comes next. */
  readonly begins: (
    source: "startup" | "resume" | "compact",
    model: string,
    signal: AbortSignal,
  ) => Promise<{ readonly first: readonly UserInput[]; readonly along: readonly UserInput[] }>;
  readonly ends: () => Promise<void>;
  /** An entry of the member's own: for those that people wait for hooks may ring a bell. Not waited for. */
  readonly saw: (entry: Entry) => void;
  /** Why the conversation is not made shorter; undefined: it may be. */
  readonly beforeCompact: (
    trigger: "manual" | "auto",
    instructions: string,
    signal: AbortSignal,
  ) => Promise<string | undefined>;
  readonly afterCompact: (trigger: "manual" | "auto", summary: string, signal: AbortSignal) => Promise<void>;
}

export interface SessionHooksDeps {
  readonly envFile: Pick<EnvFile, "begin" | "read">;
  /** Hears what SessionStart hooks want in the environment of commands. */
  readonly onEnv: (read: EnvFile["read"]) => Promise<void>;
  readonly hooks: Pick<Hooks, "has" | "fire">;
  readonly newId: () => string;
  readonly report: (outcome: HookOutcome) => void;
  /** A hook wants the member to stop. */
  readonly onStop: (why: string) => void;
}

export function sessionHooks({
  hooks,
  envFile,
  newId,
  report,
  onEnv,
  onStop,
}: SessionHooksDeps): SessionHooks {
  const life = new AbortController();
  const fire = async (...what: Parameters<Hooks["fire"]>): Promise<HookOutcome> => {
    const outcome = await hooks.fire(...what);
    report(outcome);
    return outcome;
  };
  return {
    begins: async (source, model, signal) => {
      if (!hooks.has("SessionStart")) return { first: [], along: [] };
      await envFile.begin();
      const said = await fire("SessionStart", { source, model }, signal);
      await onEnv(envFile.read);
      if (said.stop !== undefined) onStop(said.stop);
      return {
        first:
          said.initialMessage === undefined ? [] : [{ id: `hook:${newId()}`, text: said.initialMessage }],
        along:
          said.context.length === 0
            ? []
            : [{ id: `hook:${newId()}`, text: `Hooks say:\n${said.context.join("\n")}` }],
      };
    },
    ends: async () => {
      if (hooks.has("SessionEnd"))
        await fire("SessionEnd", { reason: "other" }, new AbortController().signal);
      life.abort();
    },
    saw: (entry) => {
      const notice = hooks.has("Notification") ? noticeOf(entry) : undefined;
      // Never rejects, and ends with the life at the latest.
      if (notice !== undefined) void fire("Notification", notice, life.signal);
    },
    beforeCompact: async (trigger, instructions, signal) => {
      if (!hooks.has("PreCompact")) return undefined;
      const payload = { trigger, custom_instructions: instructions };
      const { block, stop } = await fire("PreCompact", payload, signal);
      return stop ?? block;
    },
    afterCompact: async (trigger, summary, signal) => {
      if (hooks.has("PostCompact")) await fire("PostCompact", { trigger, compact_summary: summary }, signal);
    },
  };
}

/** In the words of Claude Code. */
function noticeOf(
  entry: Entry,
): { readonly notification_type: string; readonly message: string } | undefined {
  if (entry.op === "report") return { notification_type: "agent_completed", message: entry.text };
  if (entry.op !== "ask") return undefined;
  const type = entry.kind === "permission" ? "permission_prompt" : "agent_needs_input";
  return { notification_type: type, message: entry.summary };
}
