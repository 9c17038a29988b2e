import { liveness, taggedProcesses } from "../base/process-identity.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";
import { identityIn, supervisorOf } from "./liveness.ts";
import { plural } from "./plural.ts";
import type { RepairFinding } from "./repair-finding.ts";
import { deadInstances } from "./repair-lives.ts";
import { isLeftover } from "./stop-team.ts";

/** The lease of a supervisor that is dead, and the `run.json` of one that has none. */
export async function lookAtLease(team: Team): Promise<readonly RepairFinding[]> {
  await team.readOn();
  const signs = await supervisorOf(team);
  if (signs && signs.verdict !== "dead") return [];
  if (!signs) return staleSupervisorRun(team);
  const { id, pid, at, instance } = signs.lease;
  return [
    {
      kind: "dead_lease",
      severity: "warning",
      what: `its supervisor (pid ${pid}, since ${at}) is dead`,
      repair: {
        plan: "write down the end of its lease",
        besideSupervisor: false,
        apply: async () => {
          const outcome = await team.commit({ op: "lapse", by: "system", lease: id });
          await team.store.presence.remove(undefined, instance);
          return outcome.ok ? `the lease of the dead supervisor (pid ${pid}) is over` : undefined;
        },
      },
    },
  ];
}

async function staleSupervisorRun(team: Team): Promise<readonly RepairFinding[]> {
  const run = await team.store.presence.read(undefined);
  if (!run || (await liveness(identityIn(run))) !== "dead") return [];
  return [
    {
      kind: "stale_run",
      severity: "warning",
      what: `supervisor/run.json of a dead process (pid ${run.pid})`,
      repair: {
        plan: "remove it",
        besideSupervisor: false,
        apply: async () => {
          await team.store.presence.remove(undefined, run.instance);
          return "supervisor/run.json of a dead process removed";
        },
      },
    },
  ];
}

/** Processes with the team's tag whose life is over. Those of an open life are adopted by the next supervisor. */
export async function lookAtProcesses(configDir: string, team: Team): Promise<readonly RepairFinding[]> {
  const tag = teamTag(configDir, team.name);
  const found = await taggedProcesses(tag);
  // Read after the look: a life is announced before its process starts.
  const isOver = isLeftover(await team.readOn());
  const dead: ReadonlySet<string> = await deadInstances(team);
  const leftover = found.filter(
    ({ identity, env }) =>
      identity.pid !== process.pid &&
      (isOver(env) || (env.has("TROUPE_AGENT") && dead.has(env.get("TROUPE_INSTANCE") ?? ""))),
  );
  if (leftover.length === 0) return [];
  return [
    {
      kind: "leftover_processes",
      severity: "warning",
      what: `${plural(leftover.length, "process", "processes")} of lives that are over`,
      details: leftover.map(
        ({ identity, env }) =>
          `pid ${identity.pid}, of ${env.get("TROUPE_AGENT") ?? "nobody"} (${env.get("TROUPE_INSTANCE") ?? ""})`,
      ),
      repair: {
        plan: leftover.length === 1 ? "end it" : "end them",
        besideSupervisor: false,
        apply: async () => {
          const ended = await stopTagged(tag, async () => isLeftover(await team.readOn()));
          return ended === 0
            ? undefined
            : `ended ${plural(ended, "process", "processes")} of lives that are over`;
        },
      },
    },
  ];
}
