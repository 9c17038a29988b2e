import { z } from "zod";
import type { AgentEvent } from "../agent/events.ts";
import type { Usage } from "../protocol/files.ts";
import type { MemberName, TaskId } from "../protocol/names.ts";
import type { Store } from "../store/store.ts";
import type { Team } from "../team/team.ts";
import { readAll } from "./member-log.ts";
import { callCost } from "./prices.ts";

const UsageEntry = z.looseObject({
  task: z.string().nullable().default(null),
  // A mark that cannot be read costs a line of the subagents, not the call.
  sub: z.looseObject({ id: z.string(), type: z.string() }).optional().catch(undefined),
  event: z.looseObject({
    type: z.literal("usage"),
    model: z.string(),
    usage: z.looseObject({
      input: z.number(),
      output: z.number(),
      cacheRead: z.number(),
      cacheWrite: z.number(),
    }),
  }),
});

/** Model calls that belong together. `usage.costUsd` is null as soon as the price of one of them is not known. */
export interface CostLine {
  /** Name of the agent, id of the model, or number of the task; null: on no task. */
  readonly key: string | null;
  readonly calls: number;
  readonly usage: Usage;
}

/** The calls of one run of a subagent, which count for its agent too. `key` is its id. */
export interface SubagentCostLine extends CostLine {
  readonly agent: MemberName;
  readonly type: string;
}

export interface Costs {
  readonly total: CostLine;
  readonly agents: readonly CostLine[];
  readonly models: readonly CostLine[];
  /** In the order of their numbers, calls on no task last. */
  readonly tasks: readonly CostLine[];
  /** In the order of their first calls. */
  readonly subagents: readonly SubagentCostLine[];
  /** Their sums for each agent and type: `ada: Explore`. */
  readonly subagentTypes: readonly CostLine[];
}

interface Call {
  readonly agent: MemberName;
  readonly model: string;
  readonly task: string | null;
  readonly sub: { readonly id: string; readonly type: string } | undefined;
  readonly usage: Usage;
}

/** One model call, as the agent tells it. */
export type UsageEvent = Extract<AgentEvent, { type: "usage" }>;

export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 };

/** What every model call of the team cost, from the event logs of all its members, former ones included. */
export async function costs(team: Team): Promise<Costs> {
  const calls: Call[] = [];
  for (const { name } of (await team.readOn()).members.values())
    calls.push(...(await callsOf(team.store, name)));
  const byTask = group(calls, ({ task }) => task);
  return {
    total: line(null, calls),
    agents: group(calls, ({ agent }) => agent),
    models: group(calls, ({ model }) => model),
    tasks: byTask.toSorted((one, other) => order(one.key) - order(other.key)),
    subagents: subagentLines(calls),
    subagentTypes: group(
      calls.filter(({ sub }) => sub !== undefined),
      ({ agent, sub }) => `${agent}: ${sub?.type ?? ""}`,
    ),
  };
}

/** Tokens and costs of one call. */
export function usageOf({ model, usage }: Pick<UsageEvent, "model" | "usage">): Usage {
  return { ...usage, costUsd: callCost(model, usage) };
}

/** One more call. Costs that are not known stay so. */
export function addUsage(sum: Usage, one: Usage): Usage {
  return {
    input: sum.input + one.input,
    output: sum.output + one.output,
    cacheRead: sum.cacheRead + one.cacheRead,
    cacheWrite: sum.cacheWrite + one.cacheWrite,
    costUsd: sum.costUsd === null || one.costUsd === null ? null : sum.costUsd + one.costUsd,
  };
}

/** Every model call in the event log of a member. */
export async function callsOf(store: Store, agent: MemberName): Promise<readonly Call[]> {
  const calls: Call[] = [];
  for await (const entry of readAll(store.agentLog(agent, "events"))) {
    const parsed = UsageEntry.safeParse(entry);
    if (!parsed.success) continue;
    const { task, sub, event } = parsed.data;
    calls.push({ agent, model: event.model, task, sub, usage: usageOf(event) });
  }
  return calls;
}

function group(calls: readonly Call[], keyOf: (call: Call) => string | null): readonly CostLine[] {
  const groups = new Map<string | null, Call[]>();
  for (const call of calls) {
    const key = keyOf(call);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [call]);
    else known.push(call);
  }
  return [...groups].map(([key, members]) => line(key, members));
}

function subagentLines(calls: readonly Call[]): readonly SubagentCostLine[] {
  const runs = new Map<string, { readonly agent: MemberName; readonly type: string }>();
  for (const { agent, sub } of calls) if (sub !== undefined) runs.set(sub.id, { agent, type: sub.type });
  const of = calls.filter(({ sub }) => sub !== undefined);
  return group(of, ({ sub }) => sub?.id ?? null).flatMap((sum) => {
    const run = runs.get(sum.key ?? "");
    return run === undefined ? [] : [{ ...sum, ...run }];
  });
}

function line(key: string | null, calls: readonly Call[]): CostLine {
  return {
    key,
    calls: calls.length,
    usage: calls.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
  };
}

function order(task: TaskId | string | null): number {
  return task === null ? Number.POSITIVE_INFINITY : Number(task);
}
