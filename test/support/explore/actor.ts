import type { Fs } from "../../../src/base/files.ts";
import { InstanceId, type Party } from "../../../src/protocol/names.ts";
import { type FileStoreOptions, openFileStore } from "../../../src/store/files/open-file-store.ts";
import { openLogs } from "../../../src/store/files/open-logs.ts";
import type { Log, Store } from "../../../src/store/store.ts";
import { openTeam } from "../../../src/team/open-team.ts";
import type { Team } from "../../../src/team/team.ts";
import { testHost } from "../test-host.ts";
import type { History } from "./history.ts";
import { type Actor, NAMES, PATHS, type Scenario } from "./scenario.ts";
import { SimProcess } from "./sim-process.ts";
import type { World } from "./world.ts";

interface ActorParts {
  readonly index: number;
  readonly history: History;
  readonly notes: string[];
}

export async function createActor(
  scenario: Scenario,
  world: World,
  { index, history, notes }: ActorParts,
): Promise<Actor> {
  const { lie, twist, options, opensInside } = scenario;
  const { shared, laws, plan } = world;
  const process = new SimProcess({
    index,
    among: scenario.processes.length,
    laws,
    faults: plan.faults,
    world: shared,
  });
  world.processes.push(process);
  const own = process.fs();
  const fs = lie ? lie(own, process) : own;
  const opened = await openStore(fs, process, options);
  const store = watched(twist ? twist(opened, index, process) : opened, index, history);
  const instance = InstanceId.parse(`process-${index}`);
  const open = async (): Promise<Team> =>
    history.watch(index, await openTeam(store, testHost(`p${index}`), instance, atOnce));
  const name = NAMES[index];
  if (name === undefined) throw new Error("more processes than names");
  return {
    index,
    name,
    disk: world.disk,
    process,
    fs,
    store,
    // A scenario that opens inside uses what `open` answers.
    team: opensInside ? (undefined as unknown as Team) : await open(),
    open,
    note: (text) => notes.push(`${index} ${text}`),
    history,
  };
}

/** Waiting takes no time here: a process that waits is one that is not chosen. */
async function atOnce(): Promise<void> {}

async function openStore(
  fs: Fs,
  process: SimProcess,
  options: Partial<FileStoreOptions> = {},
): Promise<Store> {
  const plain = await openFileStore(fs, PATHS, { durability: "default", ...options, network: false });
  if (!options.network) return plain;
  // On a network file system appends are locked, by a lock whose waiting is explored as well.
  const { sealBytes = Number.POSITIVE_INFINITY, mailSealBytes = Number.POSITIVE_INFINITY } = options;
  const deps = { fs, durability: "default" as const, pollMs: 1_000, lock: process.lock, onTorn: nobodyAsks };
  return { ...plain, ...openLogs(PATHS, deps, { journal: sealBytes, mail: mailSealBytes }) };
}

/** The store of one process, with what it appends written down. */
function watched(store: Store, index: number, history: History): Store {
  const watch = <E extends { readonly id: string }>(log: Log<E>, name: string): Log<E> => ({
    ...log,
    append: (entry) => {
      history.tries(index, name, entry.id);
      return log.append(entry);
    },
  });
  return {
    ...store,
    journal: watch(store.journal, "journal"),
    mailbox: (owner: Party) => watch(store.mailbox(owner), `mail/${owner}`),
  };
}

/** Torn lines are counted by who comes at the end. */
function nobodyAsks(): void {}
