import { EntryId, InstanceId, MemberName } from "../../../src/protocol/names.ts";
import { createTeamFolder } from "../../../src/store/files/team-folders.ts";
import { joinMember } from "../../../src/team/members.ts";
import { sweep } from "../../../src/team/rescue.ts";
import { claimNext, claimTask, completeTask, releaseTask } from "../../../src/team/tasks.ts";
import { teamEntry } from "../store-entries.ts";
import { claims, makesTask, ONE, oneTask, same, winners } from "./bodies.ts";
import { type Actor, DEMO, type End, isTrouble, PATHS, type Scenario } from "./scenario.ts";

export const TASKS: readonly Scenario[] = [
  {
    name: "create",
    ignoresSize: true,
    processes: same(makesTask, 3),
    twins: [0, 1, 2],
  },
  {
    name: "claim",
    setup: oneTask,
    ignoresSize: true,
    processes: same(claims, 3),
    twins: [0, 1, 2],
    check: winners,
  },
  {
    name: "handover",
    setup: async (team) => {
      await oneTask(team);
      await claimTask(team, MemberName.parse("ada"), ONE);
    },
    ignoresSize: true,
    looksForDeath: true,
    processes: [
      async ({ team, name, note }) => {
        const outcome = await completeTask(team, name, ONE, "done");
        note(outcome.ok ? "completed" : outcome.reason.kind);
      },
      async ({ team, note }) => {
        const outcome = await releaseTask(team, "user", ONE);
        note(outcome.ok ? "released" : outcome.reason.kind);
      },
      async ({ team, process, note }) => {
        const freed = await sweep(team, "system", () => process.isDeadNow(0));
        note(`rescued ${freed.length}`);
      },
    ],
  },
  {
    name: "join",
    ignoresSize: true,
    processes: same(async ({ team, note, index }) => {
      const name = MemberName.parse(index === 1 ? "Eve" : "eve");
      const outcome = await joinMember(team, "user", { name, backend: "hand", definition: {} });
      note(outcome.ok ? "joined" : outcome.reason.kind);
    }, 3),
    twins: [0, 2],
    check: ({ notes: said }) =>
      said.filter((each) => each.endsWith("joined")).length > 1
        ? "invariant 4: one name joined twice"
        : undefined,
  },
  {
    name: "lease",
    setup: async (team) => {
      const instance = InstanceId.parse("process-9");
      await team.commit({ op: "lease", by: "system", instance, pid: 9 });
    },
    ignoresSize: true,
    looksForDeath: true,
    processes: same(takesLease, 3),
    twins: [0, 1, 2],
    check: oneSupervisor,
  },
  {
    name: "open",
    setup: oneTask,
    ignoresSize: true,
    opensInside: true,
    processes: same(opensAndClaims, 3),
    twins: [0, 1, 2],
    check: winners,
  },
  {
    name: "found",
    ignoresSize: true,
    opensInside: true,
    before: async (_actors, disk) => {
      disk.now.rename(PATHS.root, "/h/teams/other");
    },
    processes: same(foundsTeam, 3),
    twins: [0, 1, 2],
    check: ({ disk }) =>
      disk.paths(PATHS.root).length === 6 ? undefined : `not whole: ${disk.paths(PATHS.root).join()}`,
  },
];

/** As `takeLease`, with the evidence of this run in place of the process table. */
async function takesLease({ team, process, note, index }: Actor): Promise<void> {
  await team.readOn();
  const current = team.state().team?.lease;
  const holder = Number(current?.instance.at(-1));
  if (current && holder !== 9 && !(await process.isDeadNow(holder))) {
    note("already led");
    return;
  }
  const outcome = await team.commit({
    op: "lease",
    by: "system",
    instance: InstanceId.parse(`process-${index}`),
    pid: index + 1,
    ...(current ? { replaces: current.id } : {}),
  });
  note(outcome.ok ? "leads" : outcome.reason.kind);
}

function oneSupervisor({ notes: said, actors, fresh }: End): string | undefined {
  const living = actors.filter(({ process }) => !process.isDead).map(({ index }) => index);
  const leaders = living.filter((index) => said.includes(`${index} leads`));
  if (leaders.length > 1) return `invariant 4: ${leaders.join(" and ")} both lead`;
  const [leader] = leaders;
  const named = fresh?.team?.lease?.instance;
  return leader !== undefined && named !== `process-${leader}`
    ? `invariant 4: ${leader} leads, and the journal names ${named}`
    : undefined;
}

async function opensAndClaims({ open, name, note }: Actor): Promise<void> {
  const outcome = await claimNext(await open(), name);
  note(outcome.ok ? `won ${outcome.task.id}` : outcome.reason.kind);
}

async function foundsTeam({ fs, note, index }: Actor): Promise<void> {
  const id = EntryId.parse(`founder-${index}.1`);
  try {
    await createTeamFolder(fs, "/h", DEMO, { ...teamEntry(), id });
    note("founded");
  } catch (error) {
    if (!isTrouble(error)) throw error;
    note(error.code);
  }
}
