import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeFiles } from "../../../../src/base/node-files.ts";
import { teamPaths } from "../../../../src/protocol/paths.ts";
import { openFileStore } from "../../../../src/store/files/open-file-store.ts";
import { createTeamFolder } from "../../../../src/store/files/team-folders.ts";
import { bob, claim, readAll, teamEntry } from "../../../support/store-entries.ts";
import { demo, fileTeam } from "../../../support/store-team.ts";
import { tempFolder } from "../../../support/temp-folder.ts";
import { storeContract } from "../contract.ts";

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

test("C3 a store that is closed leaves no file open, whatever failed before", async () => {
  const team = await fileTeam();
  const before = openFiles();

  for (let round = 0; round < 20; round++) {
    const { store, fs } = await team.open({ sealBytes: 500, mailSealBytes: 500, durability: "power" });
    fs.fault({ call: "facts", fault: { fail: "EIO" }, skip: round });
    fs.fault({ call: "append", fault: { loseAnswer: "EIO" }, skip: 3 });
    for (let counter = 1; counter <= 6; counter++) {
      const entry = claim(counter, "1", `instance-${round + 100}`);
      await Promise.allSettled([
        store.journal.append(entry),
        readAll(store.journal),
        store.mailbox(bob).end(),
      ]);
    }
    await store.close();
  }

  expect(openFiles() - before).toBeLessThan(5);
});

function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}
