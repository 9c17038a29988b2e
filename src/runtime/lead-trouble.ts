import { z } from "zod";
import { type MemberName, sameName } from "../protocol/names.ts";
import type { AgentLogEntry } from "../store/store.ts";
import { leadOf } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { type LogReader, openLogReader } from "./log-reader.ts";

/** So many turns of a lead whose model never answered: the address is wrong, not the moment. */
const UNANSWERED_TURNS = 2;

const Entry = z.looseObject({
  id: z.string(),
  event: z.discriminatedUnion("type", [
    z.looseObject({ type: z.literal("usage") }),
    z.looseObject({
      type: z.literal("turn_ended"),
      detail: z.string().nullable(),
      code: z.string().optional(),
    }),
  ]),
});

export interface Hopeless {
  /** What a run answers then. Source: docs/cli.md, "Exit codes". */
  readonly exit: 4 | 8;
  /** One sentence for people. */
  readonly detail: string;
}

/**
 * Watches whether the lead can work at all: undefined as long as it may. A refused key stays refused, because processes
 * keep their environment; a model that has answered before is only away. Reads the events of the lead's current life.
 */
export function leadTrouble(team: Team): () => Promise<Hopeless | undefined> {
  let reader: LogReader<AgentLogEntry> | undefined;
  let life: string | undefined;
  let hasAnswered = false;
  let failures = 0;
  let found: Hopeless | undefined;

  function take(entry: AgentLogEntry): void {
    const parsed = Entry.safeParse(entry);
    if (!parsed.success || !parsed.data.id.startsWith(`${life}.`)) return;
    const { event } = parsed.data;
    found = undefined;
    if (event.type === "usage") hasAnswered = true;
    else if (event.code === "auth_refused" || event.code === "auth_missing")
      found = { exit: 4, detail: event.detail ?? event.code };
    else if (event.code === "model_unreachable" && ++failures >= UNANSWERED_TURNS && !hasAnswered)
      found = { exit: 8, detail: event.detail ?? event.code };
  }

  return async () => {
    const lead = leadOf(team.state());
    if (lead?.backend !== "child" || lead.life === undefined) return undefined;
    if (life !== lead.life.instance) {
      life = lead.life.instance;
      reader = openLogReader(team.store.agentLog(lead.name, "events"));
      [hasAnswered, failures, found] = [false, 0, undefined];
    }
    for (const entry of (await reader?.readOn()) ?? []) take(entry);
    return found && { ...found, detail: `${leadText(lead.name)} cannot work: ${found.detail}` };
  };
}

/** Most leads are called so. */
export function leadText(name: MemberName): string {
  return sameName(name, "lead") ? "the lead" : `the lead ${name}`;
}
