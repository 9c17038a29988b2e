import type { UserInput } from "../../agent/loop-deps.ts";
import { EntryId, type MemberName } from "../../protocol/names.ts";
import { sendMessage } from "../../team/mail.ts";
import { failTask } from "../../team/tasks.ts";
import type { Team } from "../../team/team.ts";
import { type Origin, originOf } from "../inputs.ts";
import type { HookOutcome } from "./merge.ts";
import type { Hooks } from "./open-hooks.ts";

/** What may be handed to the model, and the ids of what may not. */
export interface Admitted {
  readonly inputs: readonly UserInput[];
  readonly refused: readonly string[];
}

export interface PromptHooksDeps {
  readonly hooks: Pick<Hooks, "has" | "fire">;
  readonly team: Team;
  readonly me: MemberName;
  /** Hears what hooks say to people. */
  readonly report: (outcome: HookOutcome) => void;
}

/**
 * Shows UserPromptSubmit hooks what others say to the model: messages, tasks, the goal. What troupe itself says is not
 * theirs. Whoever wrote something that is refused is told.
 */
export function promptHooks(deps: PromptHooksDeps) {
  return async (inputs: readonly UserInput[], signal: AbortSignal): Promise<Admitted> => {
    if (!deps.hooks.has("UserPromptSubmit")) return { inputs, refused: [] };
    const judged = await Promise.all(inputs.map((input) => judge(deps, input, signal)));
    return {
      inputs: judged.flatMap(({ input }) => input ?? []),
      refused: judged.flatMap(({ refused }) => refused ?? []),
    };
  };
}

async function judge(
  deps: PromptHooksDeps,
  input: UserInput,
  signal: AbortSignal,
): Promise<{ readonly input?: UserInput; readonly refused?: string }> {
  const origin = originOf(input);
  if (origin === undefined) return { input };
  const { source, prompt, from } = origin;
  const payload = { prompt, source, ...(from === undefined ? {} : { from }) };
  const said = await deps.hooks.fire("UserPromptSubmit", payload, signal);
  deps.report(said);
  const why = said.stop ?? said.block;
  if (why !== undefined) {
    await tell(deps, input, origin, why);
    return { refused: input.id };
  }
  if (said.context.length === 0) return { input };
  const parts = [...(said.suppressesPrompt ? [] : [input.text]), `Hooks say:\n${said.context.join("\n")}`];
  return { input: { ...input, text: parts.join("\n\n") } };
}

/** A task that nobody may be told of fails: released, it would be claimed and refused again and again. */
async function tell(
  { team, me }: PromptHooksDeps,
  { id }: UserInput,
  { from = "user", task }: Origin,
  why: string,
): Promise<void> {
  if (task !== undefined) {
    await failTask(team, me, task, `a hook did not let ${me} begin it: ${why}`.slice(0, 16_000));
    return;
  }
  if (from === "system") return;
  const re = EntryId.safeParse(id).data;
  const what = re === undefined ? "the goal" : `the message ${re}`;
  const text = `${me} did not get ${what}: a hook refused it. ${why}`;
  await sendMessage(team, me, { to: [from], kind: "system", text, re });
}
