import { nodeFiles } from "../../../../src/base/node-files.ts";
import { TeamName } from "../../../../src/protocol/names.ts";
import { teamPaths } from "../../../../src/protocol/paths.ts";
import { openFileStore } from "../../../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../../../src/store/files/team-folders.ts";
import { teamEntry } from "../../../support/store-entries.ts";
import { tempFolder } from "../../../support/temp-folder.ts";
import { storeContract } from "../contract.ts";

const demo = TeamName.parse("demo");
const variants = {
  "the file store": { durability: "default" },
  "the file store with small segments": { durability: "default", sealBytes: 2_000, mailSealBytes: 2_000 },
  "the file store on a network": { durability: "default", network: true, pollMs: 200 },
} as const;

for (const [name, options] of Object.entries(variants)) {
  storeContract(name, async () => {
    const configDir = tempFolder();
    const fs = nodeFiles();
    await createTeamFolder(fs, configDir, demo, teamEntry());
    return () => openFileStore(nodeFiles(), teamPaths(configDir, demo), options);
  });
}
