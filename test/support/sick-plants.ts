import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InstanceId, MemberName, TaskId } from "../../src/protocol/names.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { FOLD_VERSION, openFold } from "../../src/team/fold.ts";
import { sendMessage } from "../../src/team/mail.ts";
import type { Team } from "../../src/team/team.ts";
import { must, runFile } from "../fixtures/agent-stand-in-memory.ts";
import { deadIdentity } from "../fixtures/agent-stand-in-process.ts";
import { type SickTeam, wallClock } from "./sick-team.ts";

const ADA = MemberName.parse("ada");
const LEAD = MemberName.parse("lead");

/** One kind of damage: how it comes about, and what doctor calls it. */
export interface Plant {
  /** The number under which doctor tells of it. */
  readonly id: `DR${number}`;
  readonly plant: (team: SickTeam) => Promise<void> | void;
  /** A person has to decide, or there is nothing to do: it is told after a repair as before. */
  readonly stays?: true;
}

const DAYS_MS = 48 * 60 * 60 * 1000;

export function makeOld(path: string): void {
  const old = (wallClock() - DAYS_MS) / 1000;
  utimesSync(path, old, old);
}

/** The titles of the table test; each begins with the fault that it is. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  "L8 files that others may read": {
    id: "DR010",
    plant: ({ paths }) => chmodSync(join(paths.journal, "1.jsonl"), 0o644),
  },
  "A13 a team whose removal was cut short": {
    id: "DR016",
    plant: ({ configDir }) => {
      mkdirSync(join(configDir, "teams/.trash-old-1/journal"), { recursive: true, mode: 0o700 });
      writeFileSync(join(configDir, "teams/.trash-old-1/journal/1.jsonl"), "x");
    },
  },
  "A13 a team whose making was cut short": {
    id: "DR015",
    plant: ({ configDir }) => {
      const folder = join(configDir, "teams/.new-other-V1StGXR8Z5jd.1");
      mkdirSync(folder, { mode: 0o700 });
      makeOld(folder);
    },
  },
  "M1 a torn line": {
    id: "DR020",
    plant: ({ paths }) =>
      appendFileSync(join(paths.journal, "1.jsonl"), '\n{"v":1,"id":"V1StGXR8Z5jd.2","op":"cl\n'),
    stays: true,
  },
  "M3 a line without an end that nobody goes on with": {
    id: "DR020",
    plant: ({ paths }) => {
      appendFileSync(join(paths.mailbox(ADA), "1.jsonl"), '\n{"v":1,"id":"V1StGXR8Z5jd.2","at"');
      makeOld(join(paths.mailbox(ADA), "1.jsonl"));
    },
    stays: true,
  },
  "M11 a line that was changed by hand": {
    id: "DR029",
    plant: ({ paths }) => {
      const journal = join(paths.journal, "1.jsonl");
      writeFileSync(journal, readFileSync(journal, "utf8").replace("task 3", "task 9"), { mode: 0o600 });
    },
    stays: true,
  },
  "M11 a fold that differs from what others folded": {
    id: "DR043",
    plant: async ({ within, paths }) => {
      await within(async (team) => {
        const end = await team.store.journal.end();
        const run = {
          ...runFile(team, "ada", "elsewhere", await deadIdentity()),
          position: end,
          foldHash: "0".repeat(16),
        };
        mkdirSync(paths.agent(ADA), { mode: 0o700, recursive: true });
        // A newer troupe's: whose process it is we cannot tell, and what it folded it says.
        writeFileSync(join(paths.agent(ADA), "run.json"), JSON.stringify({ ...run, v: 2 }), { mode: 0o600 });
      });
    },
    stays: true,
  },
  "M10 a journal that was replaced by an empty file": {
    id: "DR021",
    plant: ({ paths }) => writeFileSync(join(paths.journal, "1.jsonl"), "", { mode: 0o600 }),
    stays: true,
  },
  "M10 a journal that vanished": {
    id: "DR052",
    plant: ({ paths }) => renameSync(paths.journal, join(paths.root, "elsewhere")),
    stays: true,
  },
  "M15 an entry of a newer version": {
    id: "DR022",
    plant: ({ paths }) =>
      appendFileSync(join(paths.journal, "1.jsonl"), encodeLine('{"v":99,"id":"V1StGXR8Z5jd.2","op":"x"}')),
    stays: true,
  },
  "M6 a segment without a seal under a newer one": {
    id: "DR041",
    plant: ({ paths }) => writeFileSync(join(paths.journal, "2.jsonl"), "", { mode: 0o600 }),
  },
  "M6 the same in a mailbox": {
    id: "DR041",
    plant: ({ paths }) => writeFileSync(join(paths.mailbox(ADA), "2.jsonl"), "", { mode: 0o600 }),
  },
  "M8 a snapshot that is no snapshot": {
    id: "DR042",
    plant: ({ paths }) => writeFileSync(paths.snapshot, "{", { mode: 0o600 }),
  },
  "M8 a snapshot that says something else than the journal": {
    id: "DR042",
    plant: ({ within }) => within(saveWrongSnapshot),
  },
  "M8 M10 a snapshot ahead of the journal": {
    id: "DR042",
    plant: async ({ within, paths }) => {
      const journal = join(paths.journal, "1.jsonl");
      const { length } = readFileSync(journal);
      await within(async (team) => {
        await must(team, { op: "note", by: "user", task: TaskId.parse("1"), text: "lost in a power cut" });
        await saveSnapshot(team, (fold) => fold.save());
      });
      truncateSync(journal, length);
    },
  },
  "M21 a cursor that is torn": {
    id: "DR044",
    plant: ({ paths }) => writeFileSync(paths.cursor(ADA), '{"v":1,', { mode: 0o600 }),
  },
  "M21 a cursor ahead of its mailbox": {
    id: "DR044",
    plant: ({ paths }) => truncateSync(join(paths.mailbox(ADA), "1.jsonl"), 0),
  },
  "C12 a temporary file of a dead writer": {
    id: "DR040",
    plant: ({ paths }) => writeFileSync(`${paths.cursor(ADA)}.999999999-1.tmp`, "{", { mode: 0o600 }),
  },
  "A6 a member that died with a task": {
    id: "DR024",
    plant: ({ within, host }) =>
      within(async (team) => {
        const instance = InstanceId.parse(host.newId());
        await must(team, { op: "start", by: "system", member: ADA, instance });
        await must(team, { op: "claim", by: ADA, task: TaskId.parse("2") });
        await team.store.presence.write(runFile(team, "ada", instance, await deadIdentity()));
      }),
  },
  "G1 a run.json of a boot before this one": {
    id: "DR045",
    plant: ({ within }) =>
      within(async (team) => {
        const before = { ...(await deadIdentity()), bootId: "another-boot" };
        await team.store.presence.write(runFile(team, "ada", "V1StGXR8Z5jd", before));
      }),
  },
  "A6 a task of a life that is over": {
    id: "DR023",
    plant: ({ within, host }) =>
      within(async (team) => {
        const instance = InstanceId.parse(host.newId());
        await must(team, { op: "start", by: "system", member: LEAD, instance });
        await must(team, { op: "claim", by: LEAD, task: TaskId.parse("3") });
        await must(team, { op: "end", by: "system", member: LEAD, instance, how: "stopped" });
      }),
  },
  "A17 the lease of a dead supervisor": {
    id: "DR025",
    plant: ({ within, host }) =>
      within(async (team) => {
        const instance = InstanceId.parse(host.newId());
        await must(team, { op: "lease", by: "system", instance, pid: 999_999_999 });
        await team.store.presence.write(runFile(team, null, instance, await deadIdentity()));
      }),
  },
  "D2 a run.json that cannot be read": {
    id: "DR046",
    plant: ({ paths }) => {
      mkdirSync(paths.agent(LEAD), { mode: 0o700 });
      writeFileSync(join(paths.agent(LEAD), "run.json"), "\0\0\0", { mode: 0o600 });
    },
  },
  "E12 a lock that nobody keeps": {
    id: "DR047",
    plant: ({ paths }) => {
      const lock = join(paths.journal, "1.jsonl.lock");
      mkdirSync(lock, { mode: 0o700 });
      makeOld(lock);
    },
  },
  "E12 a file where a lock is made": {
    id: "DR047",
    plant: ({ paths }) => {
      const lock = join(paths.mailbox(ADA), "1.jsonl.lock");
      writeFileSync(lock, "", { mode: 0o600 });
      makeOld(lock);
    },
  },
  "D8 a body file that no entry names": {
    id: "DR049",
    plant: async ({ within, paths }) => {
      const body = await within((team) => team.store.bodies.put("never sent"));
      makeOld(join(paths.bodies, body));
    },
  },
  "H9 a conflicted copy of a sync folder": {
    id: "DR050",
    plant: ({ paths }) =>
      writeFileSync(join(paths.journal, "1 (conflicted copy).jsonl"), "", { mode: 0o600 }),
    stays: true,
  },
  "M19 one writer that fills the mailboxes": {
    id: "DR054",
    plant: ({ within }) =>
      within(async (team) => {
        for (const letter of ["a", "b"])
          await sendMessage(team, ADA, { to: ["user"], text: letter.repeat(6 * 1024 * 1024) });
      }),
    stays: true,
  },
  "M10 a mailbox of nobody": {
    id: "DR051",
    plant: ({ paths }) => {
      mkdirSync(join(paths.mail, "ghost"), { mode: 0o700 });
      writeFileSync(join(paths.mail, "ghost/1.jsonl"), "", { mode: 0o600 });
    },
    stays: true,
  },
};

async function saveWrongSnapshot(team: Team): Promise<void> {
  await saveSnapshot(team, (fold) => {
    const saved = fold.save();
    return { ...saved, tasks: saved.tasks.map((task) => ({ ...task, subject: "something else" })) };
  });
}

async function saveSnapshot(
  team: Team,
  state: (fold: ReturnType<typeof openFold>) => unknown,
): Promise<void> {
  const fold = openFold();
  let from = await team.store.journal.start();
  for (;;) {
    const { entries, next, atEnd } = await team.store.journal.read(from);
    for (const { entry } of entries) fold.add(entry);
    const last = entries.at(-1);
    if (last)
      await team.store.snapshot.save({
        fold: FOLD_VERSION,
        position: last.at,
        lastId: last.entry.id,
        state: state(fold),
      });
    from = next;
    if (atEnd) return;
  }
}
