import type { Fs } from "../../src/base/files.ts";
import type { Party, TeamName } from "../../src/protocol/names.ts";
import type { TeamPaths } from "../../src/protocol/paths.ts";
import type { Store } from "../../src/store/store.ts";
import type { Call } from "./power-calls.ts";

/** A recorded life of a team, and what to expect of it after a cut. */
export interface PowerCase {
  /** Everything recorded lies below; the disk has it before the first call. */
  readonly root: string;
  readonly configDir: string;
  readonly team: TeamName;
  readonly durability: "default" | "power";
  readonly calls: readonly Call[];
  /** Whoever has a mailbox; members have a transcript too. */
  readonly owners: readonly Party[];
  /** What each message says, by its id, where a test wants to know. */
  readonly texts?: ReadonlyMap<string, string>;
  /** The team is being removed: it may be gone. */
  readonly isRemoved?: boolean;
  /** A sync failed: what it failed over may be gone from the middle of a log. */
  readonly hasHoles?: boolean;
  /** What stands between the team and its store after the cut, to try known-bad ones. */
  readonly lie?: (store: Store, fs: Fs, paths: TeamPaths) => Store;
}

/** What a start found on a disk. */
export interface Found {
  readonly violations: readonly string[];
  /** Undefined when there was no team to open. */
  readonly team: { readonly accepted: ReadonlySet<string>; readonly mail: ReadonlySet<string> } | undefined;
}
