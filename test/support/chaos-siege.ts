import { join } from "node:path";
import { signalProcess } from "../../src/base/process-identity.ts";
import { SentOutput } from "../../src/cli/output.ts";
import { type EntryId, TeamName } from "../../src/protocol/names.ts";
import type { Team } from "../../src/team/team.ts";
import type { TeamProcess } from "./chaos-processes.ts";
import type { Chance } from "./chaos-random.ts";
import { type Rescues, watchRescues } from "./chaos-rescue.ts";
import type { ChaosWorld } from "./chaos-world.ts";
import type { CliResult } from "./cli-world.ts";

export const TEAM = TeamName.parse("chaos");

/** The driver's side of a chaos run: what it does to a team, and what it remembers of it. */
export interface Siege {
  readonly world: ChaosWorld;
  readonly team: Team;
  readonly teamDir: string;
  readonly chance: Chance;
  /** Who was spawned meanwhile comes last. */
  readonly members: string[];
  readonly rescues: Rescues;
  /** How often each thing was done. */
  readonly counts: Map<string, number>;
  /** What happened when, for whoever has to understand a failure. */
  readonly diary: string[];
  readonly acknowledged: { readonly log: string; readonly id: EntryId | string }[];
  /** Broken promises that were seen while it went on. */
  readonly seen: string[];
  /** When the disk was full, by the wall clock. */
  readonly fullDisk: (readonly [fromMs: number, toMs: number])[];
  /** Lives whose clock is not ours. */
  readonly odd: Set<string>;
  readonly kills: () => number;
  readonly note: (what: string) => void;
  readonly count: (what: string) => void;
  readonly kill: (process: TeamProcess) => Promise<void>;
  /** Stops a process and lets it go on `ms` later, or at once when `everybodyGoesOn`. */
  readonly halt: (process: TeamProcess, ms: number) => Promise<void>;
  readonly everybodyGoesOn: () => Promise<void>;
  /** Types a command under any language and time zone. */
  readonly type: (...argv: readonly string[]) => Promise<CliResult>;
  /** Those of the team, agents and supervisor. */
  readonly processes: () => Promise<readonly TeamProcess[]>;
  readonly close: () => Promise<void>;
}

const ZONES = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "Antarctica/Troll"];
const LANGUAGES = ["C", "tr_TR.UTF-8", "de_DE.UTF-8", "ja_JP.UTF-8", "ar_EG.UTF-8"];

export async function openSiege(world: ChaosWorld, chance: Chance, members: string[]): Promise<Siege> {
  const team = await world.workspace.open(TEAM);
  const following = new AbortController();
  const followed = follow(team, following.signal);
  const began = performance.now();
  const counts = new Map<string, number>();
  const diary: string[] = [];
  const halted = new Map<number, { readonly process: TeamProcess; readonly timer: NodeJS.Timeout }>();
  const rescues = watchRescues(team);
  const acknowledged: Siege["acknowledged"] = [];
  let kills = 0;
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const note = (what: string): void =>
    void diary.push(`${((performance.now() - began) / 1_000).toFixed(2)} ${what}`);
  const goOn = async ({ identity }: TeamProcess): Promise<void> => {
    clearTimeout(halted.get(identity.pid)?.timer);
    halted.delete(identity.pid);
    await signalProcess(identity, "SIGCONT");
  };

  return {
    world,
    team,
    teamDir: join(world.config, "teams", TEAM),
    chance,
    members,
    rescues,
    counts,
    diary,
    acknowledged,
    seen: [],
    fullDisk: [],
    odd: new Set(),
    kills: () => kills,
    note,
    count,
    kill: async (process) => {
      if (!(await signalProcess(process.identity, "SIGKILL"))) return;
      kills += 1;
      note(`SIGKILL ${process.agent ?? "supervisor"} ${process.identity.pid}`);
      if (process.agent !== undefined && process.team === TEAM) await rescues.killed(process.agent);
    },
    halt: async (process, ms) => {
      const { identity } = process;
      if (halted.has(identity.pid) || !(await signalProcess(identity, "SIGSTOP"))) return;
      note(`SIGSTOP ${process.agent ?? "supervisor"} ${identity.pid} for ${Math.round(ms)} ms`);
      halted.set(identity.pid, { process, timer: setTimeout(() => void goOn(process), ms) });
    },
    everybodyGoesOn: async () => {
      for (const { process } of halted.values()) await goOn(process);
    },
    type: async (...argv) => {
      const more = { TZ: chance.pick(ZONES) ?? "UTC", LANG: chance.pick(LANGUAGES) ?? "C" };
      const result = await world.troupe(argv, more);
      note(`troupe ${argv.join(" ")}: ${result.exit} ${result.stderr.trim().split("\n")[0] ?? ""}`);
      if (argv[0] === "send" && result.exit === 0)
        for (const { id, to } of SentOutput.parse(JSON.parse(result.stdout)).messages)
          acknowledged.push({ log: `mail/${to.toLowerCase()}`, id });
      return result;
    },
    processes: async () => (await world.processes()).filter((process) => process.team === TEAM),
    close: async () => {
      following.abort();
      await followed;
      for (const { process } of halted.values()) await goOn(process);
      await team.close();
    },
  };
}

/** Reads the journal on as it grows, so that what is seen there is seen in time. */
async function follow(team: Team, signal: AbortSignal): Promise<void> {
  for await (const _ of team.store.journal.changes(signal)) await team.readOn();
}
