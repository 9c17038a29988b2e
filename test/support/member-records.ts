import { EntryId, InstanceId, MemberName, TaskId, TeamName } from "../../src/protocol/names.ts";
import type { Member, Task, TeamFacts, TeamState } from "../../src/team/state.ts";

const AT = "2026-11-20T12:00:00.000Z";

/** A task as the fold keeps it: pending, unclaimed, without edges, unless said otherwise. */
export function taskRecord(id: number, fields: Partial<Task> = {}): Task {
  return {
    id: TaskId.parse(String(id)),
    subject: `Task ${id}`,
    description: "",
    status: "pending",
    priority: 0,
    blockedBy: [],
    attempts: 0,
    deaths: 0,
    notes: [],
    createdBy: "lead",
    createdAt: AT,
    updatedAt: AT,
    version: 1,
    ...fields,
  };
}

/** A claimed task. */
export function ownedRecord(id: number, owner: string, fields: Partial<Task> = {}): Task {
  return taskRecord(id, {
    status: "in_progress",
    owner: MemberName.parse(owner),
    claim: EntryId.parse(`${owner}-life.${id}`),
    attempts: 1,
    ...fields,
  });
}

/** A member whose process lives, unless said otherwise. */
export function memberRecord(name: string, fields: Partial<Member> = {}): Member {
  return {
    name: MemberName.parse(name),
    lead: name === "lead",
    backend: "child",
    definition: {},
    joinedAt: AT,
    life: { instance: InstanceId.parse(`${name}-life`), startedAt: AT },
    restarts: 0,
    stopping: false,
    ...fields,
  };
}

export function teamFacts(fields: Partial<TeamFacts> = {}): TeamFacts {
  return {
    name: TeamName.parse("demo"),
    instance: InstanceId.parse("team-instance"),
    dir: "/srv/demo",
    settings: {},
    createdAt: AT,
    createdBy: "user",
    stopping: false,
    closed: false,
    ...fields,
  };
}

export function stateOf({
  team = {},
  members = [],
  tasks = [],
}: {
  readonly team?: Partial<TeamFacts>;
  readonly members?: readonly Member[];
  readonly tasks?: readonly Task[];
}): TeamState {
  return {
    team: teamFacts(team),
    members: new Map(members.map((member) => [member.name.toLowerCase(), member])),
    tasks: new Map(tasks.map((task) => [task.id, task])),
    approvals: new Map(),
  };
}
