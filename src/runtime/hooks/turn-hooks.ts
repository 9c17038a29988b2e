import type { TurnEnd, UserInput } from "../../agent/loop-deps.ts";
import type { Member } from "../../team/state.ts";
import type { Team } from "../../team/team.ts";
import type { HookOutcome } from "./merge.ts";
import type { Hooks } from "./open-hooks.ts";
import type { TaskHooks } from "./task-hooks.ts";

/** How often in a row hooks may keep a member from resting. Source: hooks.md. */
const MOST_CONTINUED = 8;
/** By which inputs of hooks are known: they are no news that would begin the count anew. */
const PREFIX = "hook:";

/** The hooks around the turns of one member. */
export interface TurnHooks {
  /** These inputs begin a turn. */
  readonly begins: (inputs: readonly UserInput[]) => void;
  /** The model's last word: what hooks want it to go on with; [] = the turn may end. */
  readonly lastWord: (text: string, signal: AbortSignal) => Promise<readonly UserInput[]>;
  /** The turn came to its end; only one that failed is told to hooks. */
  readonly ended: (end: TurnEnd, signal: AbortSignal) => Promise<void>;
  /** There is nothing to do: what hooks want a teammate to go on with. Once for each turn. */
  readonly idle: (signal: AbortSignal) => Promise<readonly UserInput[]>;
}

export interface TurnHooksDeps {
  readonly hooks: Pick<Hooks, "has" | "fire">;
  readonly team: Team;
  readonly member: Member;
  readonly tasks: TaskHooks;
  readonly report: (outcome: HookOutcome) => void;
  /** A hook wants the member to stop. */
  readonly onStop: (why: string) => void;
  /** Tells people. */
  readonly tell: (text: string) => void;
}

export function turnHooks(deps: TurnHooksDeps): TurnHooks {
  const { hooks, team, member } = deps;
  const stops = counter(deps, "its turn ends");
  const idles = counter(deps, "it idles");
  let lastText = "";
  let hasWorked = false;

  return {
    begins: (inputs) => {
      hasWorked = true;
      stops.reset();
      if (inputs.some(({ id }) => !id.startsWith(PREFIX))) idles.reset();
    },
    lastWord: async (text, signal) => {
      lastText = text;
      const wanted = await wantedAtStop(deps, text, stops.count() > 0, signal);
      return stops.next(wanted);
    },
    ended: async (end, signal) => {
      const error = errorOf(end);
      if (error === undefined || !hooks.has("StopFailure")) return;
      const details = end.reason === "failed" ? end.message : end.reason;
      const payload = { error, error_details: details, last_assistant_message: lastText };
      deps.report(await hooks.fire("StopFailure", payload, signal));
    },
    idle: async (signal) => {
      if (member.lead || !hasWorked || !hooks.has("TeammateIdle")) return [];
      hasWorked = false;
      const payload = { teammate_name: member.name, team_name: team.name };
      const said = await hooks.fire("TeammateIdle", payload, signal);
      deps.report(said);
      if (said.stop !== undefined) deps.onStop(said.stop);
      return said.stop !== undefined || signal.aborted
        ? []
        : idles.next(said.block === undefined ? [] : [said.block]);
    },
  };
}

interface Counter {
  readonly count: () => number;
  readonly reset: () => void;
  /** The texts as one input; [] when there are none, or when it was enough. */
  readonly next: (texts: readonly string[]) => readonly UserInput[];
}

function counter({ team, member, tell }: TurnHooksDeps, instead: string): Counter {
  let count = 0;
  return {
    count: () => count,
    reset: () => {
      count = 0;
    },
    next: (texts) => {
      if (texts.length === 0) {
        count = 0;
        return [];
      }
      if (count >= MOST_CONTINUED) {
        tell(
          `Hooks kept ${member.name} going ${count} times in a row; ${instead} now. They said last: ${texts.join("\n")}`,
        );
        count = 0;
        return [];
      }
      count++;
      return [{ id: `${PREFIX}${team.host.newId()}`, text: `Hooks want you to go on:\n${texts.join("\n")}` }];
    },
  };
}

/** Stop, then TaskCompleted for each task still held. */
async function wantedAtStop(
  { hooks, team, member, tasks, report, onStop }: TurnHooksDeps,
  text: string,
  isContinued: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const wanted: string[] = [];
  if (hooks.has("Stop")) {
    const said = await hooks.fire(
      "Stop",
      {
        stop_hook_active: isContinued,
        last_assistant_message: text,
        background_tasks: [],
        session_crons: [],
      },
      signal,
    );
    report(said);
    if (said.stop !== undefined) return [];
    wanted.push(...(said.block === undefined ? [] : [said.block]), ...said.context);
  }
  if (!hooks.has("TaskCompleted")) return wanted;
  for (const id of team.index.owned(member.name)) {
    const task = team.state().tasks.get(id);
    if (task === undefined) continue;
    const said = await tasks.atTurnEnd(task, signal);
    if (said.stop !== undefined) {
      onStop(said.stop);
      return [];
    }
    if (said.block !== undefined) wanted.push(`Task #${id}: ${said.block}`);
  }
  return wanted;
}

/** In the words of Claude Code. */
function errorOf(end: TurnEnd): string | undefined {
  if (end.reason === "limit") return end.what === "max_tokens" ? "max_output_tokens" : undefined;
  if (end.reason !== "failed") return undefined;
  if (end.code === "auth_refused" || end.code === "auth_missing") return "authentication_failed";
  if (end.code === "model_unreachable")
    return /\b(?:429|rate)/i.test(end.message) ? "rate_limit" : "server_error";
  return "unknown";
}
