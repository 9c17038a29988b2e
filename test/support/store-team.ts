import { join } from "node:path";
import { onTestFinished } from "vitest";
import { nodeFiles } from "../../src/base/node-files.ts";
import { TeamName } from "../../src/protocol/names.ts";
import { type TeamPaths, teamPaths } from "../../src/protocol/paths.ts";
import { type FileStoreOptions, openFileStore } from "../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../src/store/files/team-folders.ts";
import type { Store } from "../../src/store/store.ts";
import { teamEntry } from "./store-entries.ts";
import { type FaultyFs, faultyFs } from "./store-faulty-fs.ts";
import { tempFolder } from "./temp-folder.ts";

export interface FileTeam {
  readonly configDir: string;
  readonly paths: TeamPaths;
  /** The path of a segment of the journal. */
  readonly segment: (number: number) => string;
  /** Another process on the team, with a disk of its own that can be made to fail. */
  readonly open: (options?: Partial<FileStoreOptions>) => Promise<{ store: Store; fs: FaultyFs }>;
}

export const demo = TeamName.parse("demo");

/** A team named demo in a folder of this test's own; stores that are opened on it are closed at its end. */
export async function fileTeam(configDir: string = tempFolder()): Promise<FileTeam> {
  await createTeamFolder(nodeFiles(), configDir, demo, teamEntry());
  const paths = teamPaths(configDir, demo);
  return {
    configDir,
    paths,
    segment: (number) => join(paths.journal, `${number}.jsonl`),
    open: async (options = {}) => {
      const fs = faultyFs(nodeFiles());
      const store = await openFileStore(fs, paths, { durability: "default", network: false, ...options });
      onTestFinished(() => store.close());
      return { store, fs };
    },
  };
}
