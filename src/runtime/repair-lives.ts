import { liveness } from "../base/process-identity.ts";
import type { InstanceId } from "../protocol/names.ts";
import { sameName } from "../protocol/names.ts";
import { isHeld, memberNamed } from "../team/derive.ts";
import type { Member, Task } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { findInstance, identityIn, lifeOf } from "./liveness.ts";
import type { RepairFinding } from "./repair-finding.ts";
import { settleLife } from "./supervisor-settle.ts";

/** Who repairs. leased: the supervisor at its start, so that nobody else is about to start anything. */
export type Repairer = "leased" | "doctor";

/** Lives that are over and not written down, what they left, and lives that go on. Source: faults.md §5. */
export async function lookAtLives(team: Team, repairer: Repairer): Promise<readonly RepairFinding[]> {
  const state = await team.readOn();
  const findings: RepairFinding[] = [];
  for (const member of state.members.values())
    if (member.backend === "child") findings.push(...(await lookAtLife(team, member, repairer)));
  return findings;
}

/** Instances of lives whose process is proven gone and that are still open in the journal. */
export async function deadInstances(team: Team): Promise<ReadonlySet<InstanceId>> {
  const dead = new Set<InstanceId>();
  for (const member of team.state().members.values()) {
    const { life } = member;
    if (life && !life.ended && (await lifeOf(team, member)).verdict === "dead") dead.add(life.instance);
  }
  return dead;
}

async function lookAtLife(team: Team, member: Member, repairer: Repairer): Promise<readonly RepairFinding[]> {
  const { life, name } = member;
  if (!life || life.ended)
    return [...lastWord(member), ...(await staleRun(team, member)), ...ownedByDead(team, member)];
  const { verdict, run } = await lifeOf(team, member);
  const isUnborn = verdict === "starting" && repairer === "leased" && !(await findInstance(life.instance));
  if (verdict === "dead" || isUnborn) return [deadLife(team, member, repairer)];
  return [
    {
      kind: "lives_on",
      severity: "note",
      what:
        repairer === "leased"
          ? `${name}: lives on as pid ${run?.pid ?? "unknown"}; adopted`
          : `${name} lives on as pid ${run?.pid ?? "unknown"}`,
    },
  ];
}

/** It died, and that is written down: to know. */
function lastWord({ name, life }: Member): readonly RepairFinding[] {
  const ended = life?.ended;
  if (!ended || ended.how === "stopped") return [];
  const how = ended.how === "died" ? "died" : "was given up";
  return [
    {
      kind: "died",
      severity: "note",
      what: `${name} ${how}${ended.detail === undefined ? "" : `: ${ended.detail}`}`,
    },
  ];
}

function deadLife(team: Team, member: Member, repairer: Repairer): RepairFinding {
  const { name } = member;
  const tasks = tasksOf(team, member).map(({ id }) => `#${id}`);
  return {
    kind: "dead_life",
    severity: "warning",
    what: `${name}: its process is gone, and nobody wrote that down${tasks.length === 0 ? "" : `; it owns ${tasks.join(" ")}`}`,
    repair: {
      plan: tasks.length === 0 ? "write down its end" : "write down its end and free its tasks",
      besideSupervisor: false,
      apply: async () => {
        const before = memberNamed(await team.readOn(), name)?.life;
        await settleLife(team, "system", member, {
          how: "died",
          detail: `its process was gone when ${repairer === "leased" ? "the team was resumed" : "troupe doctor looked"}`,
        });
        if (before?.instance !== member.life?.instance || before?.ended) return undefined;
        return `${name}: its process was gone; its tasks are free`;
      },
    },
  };
}

/** Of whatever life it is, as long as its process is proven dead. */
async function staleRun(team: Team, { name }: Member): Promise<readonly RepairFinding[]> {
  const run = await team.store.presence.read(name);
  if (!run || (await liveness(identityIn(run))) !== "dead") return [];
  return [
    {
      kind: "stale_run",
      severity: "warning",
      what: `${name}: run.json of a dead process (pid ${run.pid})`,
      repair: {
        plan: "remove it",
        besideSupervisor: false,
        apply: async () => {
          if ((await team.store.presence.read(name))?.instance !== run.instance) return undefined;
          await team.store.presence.remove(name, run.instance);
          return `${name}: run.json of a dead process removed`;
        },
      },
    },
  ];
}

/** Whoever was killed between the end of a life and the release of its tasks left them owned by nobody who lives. */
function ownedByDead(team: Team, member: Member): readonly RepairFinding[] {
  return tasksOf(team, member).flatMap(({ id, claim }) =>
    claim === undefined
      ? []
      : [
          {
            kind: "orphaned_task" as const,
            severity: "warning" as const,
            what: `#${id} is owned by ${member.name}, whose life is over`,
            repair: {
              plan: "free it",
              besideSupervisor: false,
              apply: async () => {
                const why = member.life?.ended?.how === "stopped" ? "stopped" : "died";
                const outcome = await team.commit({ op: "release", by: "system", task: id, claim, why });
                return outcome.ok ? `#${id} of ${member.name} is free` : undefined;
              },
            },
          },
        ],
  );
}

function tasksOf(team: Team, { name }: Member): readonly Task[] {
  return [...team.state().tasks.values()].filter(
    ({ status, owner }) => status === "in_progress" && owner !== undefined && sameName(owner, name),
  );
}

/** A task that three owners died over waits for the lead or the user, who are told by its state. */
export function lookAtHeld(team: Team): readonly RepairFinding[] {
  const held = [...team.state().tasks.values()].filter(isHeld);
  if (held.length === 0) return [];
  const names = held.map(({ id }) => `#${id}`).join(" ");
  return [
    {
      kind: "held",
      severity: "warning",
      what: `${names} ${held.length === 1 ? "is" : "are"} held: three owners died over ${held.length === 1 ? "it" : "each"}`,
    },
  ];
}
