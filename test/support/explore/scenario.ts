import { TroupeError } from "../../../src/base/errors.ts";
import type { Fs } from "../../../src/base/files.ts";
import { MemberName, TaskId, TeamName } from "../../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../../src/protocol/paths.ts";
import type { FileStoreOptions } from "../../../src/store/files/open-file-store.ts";
import type { Store } from "../../../src/store/store.ts";
import type { TeamState } from "../../../src/team/state.ts";
import type { Team } from "../../../src/team/team.ts";
import type { SimDisk } from "../sim-disk.ts";
import type { History } from "./history.ts";
import type { Plan } from "./plan.ts";
import type { SimProcess } from "./sim-process.ts";

export const DEMO = TeamName.parse("demo");
export const PATHS: TeamPaths = teamPaths("/h", DEMO);
export const NAMES = ["ada", "bob", "cyd", "dan"].map((name) => MemberName.parse(name));

/** One process of a scenario. */
export interface Actor {
  readonly index: number;
  readonly name: MemberName;
  readonly disk: SimDisk;
  readonly process: SimProcess;
  readonly fs: Fs;
  readonly store: Store;
  /** Open and read to its end; not there where the scenario opens it. */
  readonly team: Team;
  readonly open: () => Promise<Team>;
  /** What it wants to be remembered of its run: part of the outcome. */
  readonly note: (text: string) => void;
  readonly history: History;
}

/** What stands when all have ended. */
export interface End {
  readonly disk: SimDisk;
  readonly notes: readonly string[];
  readonly plan: Plan;
  readonly actors: readonly Actor[];
  /** What a fold from the first byte says; not there when the journal is damaged. */
  readonly fresh: TeamState | undefined;
}

export interface Scenario {
  readonly name: string;
  /** Runs once on the team with ada, bob and cyd, before anything is explored. */
  readonly setup?: (team: Team, disk: SimDisk) => Promise<void>;
  /** What the processes did before the exploration begins: what they have open, and know. */
  readonly before?: (actors: readonly Actor[], disk: SimDisk) => Promise<void>;
  readonly processes: readonly ((actor: Actor) => Promise<void>)[];
  readonly options?: Partial<FileStoreOptions>;
  /** The team is opened by the processes: opening is explored as well. */
  readonly opensInside?: boolean;
  /** No segment is sealed and no answer is lost: the size that `facts` answers decides nothing, so appends do not mind it. */
  readonly ignoresSize?: boolean;
  readonly staleLocks?: boolean;
  /** Who may crash; everybody unless given, of twins the first. */
  readonly crashes?: readonly number[];
  /**
   * Processes that do the same under other names, so that each schedule is another one with the names changed: only
   * those are explored in which they show themselves first in this order. Of them the first alone crashes.
   */
  readonly twins?: readonly number[];
  /** So many schedules meet in the same states that each state is gone through once, in place of the schedules. */
  readonly byStates?: boolean;
  /** Somebody looks who lives: a death behind the last step makes a difference. */
  readonly looksForDeath?: boolean;
  /** Whose appends may go wrong; nobody's unless given. */
  readonly faults?: readonly number[];
  readonly check?: (end: End) => string | undefined | Promise<string | undefined>;
  /** The team's log was damaged: processes stop, and only `check` says what is right. */
  readonly isDamaged?: boolean;
  /** What each process has in place of the disk: for known-bad ones. */
  readonly lie?: (fs: Fs, process: SimProcess) => Fs;
  /** In place of the store of a process: for known-bad ones. */
  readonly twist?: (store: Store, index: number, process: SimProcess) => Store;
}

export function isTrouble(error: unknown): error is TroupeError {
  return error instanceof TroupeError;
}

export function taskId(number: number): TaskId {
  return TaskId.parse(String(number));
}
