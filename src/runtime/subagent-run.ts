import type { AgentEvent, SubagentMark } from "../agent/events.ts";
import type { LoopDeps, Model, RateGate, Turn } from "../agent/loop-deps.ts";
import { runSubagent, type SubagentEnd, type SubagentHooks } from "../agent/subagent.ts";
import type { Tool } from "../agent/tool.ts";
import type { AgentDefinition } from "../plugins/agent-definition.ts";
import { type MemberName, SubagentId } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { subagentPrompt } from "./prompt.ts";
import type { AgentInput } from "./subagent-input.ts";
import { beginSubagentLog, type SubagentFacts } from "./subagent-log.ts";
import { chooseModel } from "./subagent-model.ts";
import { toolsOf } from "./subagent-tools.ts";

/** Who runs, as the gate has to know it. */
export interface SubagentCaller extends SubagentMark {
  /** The definition's, which may only narrow the member's. */
  readonly permissionMode: AgentDefinition["permissionMode"];
}

/** What stands around its calls. */
export type SubagentCalls = Pick<LoopDeps, "gate" | "afterCall" | "afterReply">;

/** The member that runs subagents. */
export interface SubagentDeps {
  readonly team: Team;
  readonly me: MemberName;
  /** Its working folder, absolute. */
  readonly dir: string;
  /** Where long answers are kept whole; the file tools may read there. */
  readonly spillDir: string | undefined;
  readonly tools: () => readonly Tool[];
  /** New tools for one subagent; those that the member has under that name are used where there is none. */
  readonly freshTools: () => readonly Tool[];
  readonly model: () => Model;
  readonly openModel: (name: string) => Model;
  readonly callsFor: (sub: SubagentCaller) => SubagentCalls;
  /** Hears of each message before it is recorded. */
  readonly entered: (turn: Turn) => void;
  readonly redactor: SubagentFacts["redactor"] & Required<Pick<LoopDeps, "hide">>;
  readonly isStopping: () => boolean;
  readonly beforeCall: NonNullable<LoopDeps["beforeCall"]>;
  /** Must not throw. */
  readonly hear: (event: AgentEvent, sub: SubagentMark) => void;
  readonly rateGate: RateGate;
  readonly limits: { readonly maxTurns: number; readonly maxTokens: number };
  readonly hooks?: SubagentHooks;
}

/** What came of a run, and what its caller should know of it besides. */
export interface SubagentResult extends SubagentEnd {
  readonly mark: SubagentMark & { readonly id: SubagentId };
  readonly notes: readonly string[];
}

/** Runs one subagent to its end. A string: why it was not started. Throws what its log throws. */
export async function runDefinition(
  deps: SubagentDeps,
  definition: AgentDefinition,
  input: AgentInput,
  signal: AbortSignal,
): Promise<SubagentResult | string> {
  const { team, me, limits } = deps;
  const tools = toolsOf(definition, deps.tools, deps.freshTools());
  if (typeof tools === "string") return tools;
  const mark = { id: SubagentId.parse(team.host.newId()), type: definition.name };
  const caller = { ...mark, permissionMode: definition.permissionMode };
  const wishes = {
    env: team.host.env["CLAUDE_CODE_SUBAGENT_MODEL"],
    call: input.model,
    definition: definition.model,
  };
  const { name, note } = chooseModel(wishes, deps.model());
  const model = name === undefined ? deps.model() : deps.openModel(name);
  const log = await beginSubagentLog(team, me, mark.id, {
    redactor: deps.redactor,
    type: mark.type,
    input,
    about: { description: input.description, file: definition.file, model: model.name },
  });
  try {
    const end = await runSubagent(
      {
        mark,
        description: input.description,
        prompt: input.prompt,
        deps: {
          model,
          system: subagentPrompt(team.name, me, deps.dir, definition.prompt),
          tools: tools.now,
          ...deps.callsFor(caller),
          record: (turn) => {
            deps.entered(turn);
            return log.record(turn);
          },
          hide: deps.redactor.hide,
          isStopping: deps.isStopping,
          rateGate: deps.rateGate,
          beforeCall: deps.beforeCall,
        },
        limits: { maxTurns: Math.min(definition.maxTurns ?? limits.maxTurns, limits.maxTurns) },
        maxTokens: Math.min(definition.maxTokens ?? limits.maxTokens, limits.maxTokens),
        emit: (event) => deps.hear(event, mark),
        hooks: deps.hooks,
      },
      signal,
    );
    await log.end(end.why ?? null);
    const missing = tools.unknown.length === 0 ? [] : [`it had no ${tools.unknown.join(", ")}`];
    return { ...end, mark, notes: [...(note === undefined ? [] : [note]), ...missing] };
  } finally {
    await log.close();
  }
}
