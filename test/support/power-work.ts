import { dirname } from "node:path";
import type { Fs, OpenFile } from "../../src/base/files.ts";
import { InstanceId, MemberName, type Party, TaskId, TeamName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { createTeam } from "../../src/runtime/create-team.ts";
import { type FileStoreOptions, openFileStore } from "../../src/store/files/open-file-store.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { type CallList, callList } from "./power-calls.ts";
import type { PowerCase } from "./power-case.ts";
import { SimDisk } from "./sim-disk.ts";
import { testHost } from "./test-host.ts";

const ROOT = "/home";
const CONFIG = "/home/dev/.claude";
const DEMO = TeamName.parse("demo");
export const LEAD = MemberName.parse("lead");
export const ADA = MemberName.parse("ada");
export const BOB = MemberName.parse("bob");
export const OWNERS: readonly Party[] = [LEAD, ADA, BOB, "user"];

export function taskId(number: number): TaskId {
  return TaskId.parse(String(number));
}

/** A team on a recorded disk. What its processes are answered is noted as it is answered. */
export interface PowerWorld {
  readonly disk: SimDisk;
  readonly list: CallList;
  readonly paths: ReturnType<typeof teamPaths>;
  /** The disk as one more process sees it. */
  readonly fs: () => Fs;
  /** One more process on the team. */
  readonly process: (name: string, options?: Partial<FileStoreOptions>) => Promise<Team>;
  /** Makes the team with lead, ada and bob, and two tasks. */
  readonly create: () => Promise<void>;
  /** What was recorded; `from`: the first call of it that counts. */
  readonly recorded: (more?: Partial<PowerCase>) => PowerCase;
  readonly instance: (name: string) => InstanceId;
  /** The next sync of a file in this folder fails. */
  readonly failSync: (folder: string) => void;
  /** The next sync of such a folder takes until the answer is called. */
  readonly holdSync: (folder: string) => () => void;
  readonly configDir: string;
  readonly team: TeamName;
}

export interface WorldOptions {
  readonly durability: "default" | "power";
  /** What the processes have in place of the disk, to try known-bad ones. */
  readonly lie?: (fs: Fs) => Fs;
}

export function powerWorld({ durability, lie = (fs) => fs }: WorldOptions): PowerWorld {
  const disk = new SimDisk();
  disk.now.mkdir(ROOT);
  const list = callList();
  const paths = teamPaths(CONFIG, DEMO);
  const held = new Map<string, Promise<unknown>>();
  const failing = new Set<string>();
  const fs = (): Fs => {
    const below = disk.fs();
    const sync = async (file: OpenFile): Promise<void> => {
      if (failing.delete(dirname(file.path)))
        throw Object.assign(new Error("EIO"), { errno: -5, code: "EIO" });
      await below.sync(file);
    };
    const syncFolder = async (path: string): Promise<void> => {
      const until = held.get(path);
      held.delete(path);
      await until;
      await below.syncFolder(path);
    };
    return lie(list.record({ ...below, sync, syncFolder }));
  };

  async function openAs(
    name: string,
    instance: InstanceId,
    options: Partial<FileStoreOptions> = {},
  ): Promise<Team> {
    const store = await openFileStore(fs(), paths, { durability, network: false, ...options });
    return openTeam(store, testHost(name), instance);
  }

  return {
    disk,
    list,
    paths,
    fs,
    failSync: (folder) => failing.add(folder),
    holdSync: (folder) => {
      const gate = new AbortController();
      held.set(folder, new Promise((done) => gate.signal.addEventListener("abort", done)));
      return () => gate.abort();
    },
    instance: (name) => InstanceId.parse(name),
    configDir: CONFIG,
    team: DEMO,
    process: async (name, options) => answered(await openAs(name, InstanceId.parse(name), options), list),
    create: async () => {
      const host = testHost("made");
      const settings = { durability };
      const member = (name: MemberName) =>
        ({ name, lead: name === LEAD, backend: "child", definition: {} }) as const;
      const tasks = ["one", "two"].map((subject) => ({ subject, blockedBy: [] }));
      const made = await createTeam(
        {
          fs: fs(),
          host,
          configDir: CONFIG,
          open: async (_, instance) => answered(await openAs("made", instance), list),
        },
        {
          name: DEMO,
          dir: "/work",
          settings,
          members: [LEAD, ADA, BOB].map(member),
          tasks,
        },
      );
      list.ack("team");
      await made.close();
    },
    recorded: (more = {}) => ({
      root: ROOT,
      configDir: CONFIG,
      team: DEMO,
      durability,
      calls: list.calls,
      owners: OWNERS,
      ...more,
    }),
  };
}

/** Notes what a process was told: an entry that counts, a message that was sent. */
function answered(team: Team, list: CallList): Team {
  return {
    ...team,
    commit: async (draft) => {
      const outcome = await team.commit(draft);
      if (outcome.ok) list.ack(`entry ${outcome.entry.id}`);
      return outcome;
    },
    post: async (draft) => {
      const message = await team.post(draft);
      list.ack(`mail ${message.id}`);
      return message;
    },
  };
}
