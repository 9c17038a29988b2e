import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canMount, smallDisk } from "../support/small-disk.ts";
import { bob, claim, id, idsOf, message, note, readAll, teamEntry } from "../support/store-entries.ts";
import { fileTeam } from "../support/store-team.ts";

test.skipIf(!canMount)(
  "C1 a disk that fills up in the middle keeps every acknowledged entry, and works again with room (needs root and mount)",
  async () => {
    const disk = smallDisk();
    expect(disk, "mount is allowed, yet failed").toBeDefined();
    const team = await fileTeam(disk);
    const { store } = await team.open();
    const ballast = join(team.configDir, "ballast");
    writeFileSync(ballast, "x".repeat(8_000));
    const { placed } = await readAll(store.journal);
    const position = placed[0]?.at ?? (await store.journal.end());
    await store.snapshot.save({ fold: 1, position, lastId: teamEntry().id, state: "old" });
    const snapshot = readFileSync(team.paths.snapshot, "utf8");
    const acknowledged: string[] = [];
    const answers: string[] = [];

    for (let counter = 1; counter <= 60; counter++) {
      const answer = await store.journal
        .append(note(counter, "x".repeat(3_000)))
        .catch((error: unknown) => error);
      answers.push(answer instanceof Error && "code" in answer ? String(answer.code) : String(answer));
      if (answer === "done") acknowledged.push(id(counter));
    }
    const failedSave = store.snapshot.save({
      fold: 1,
      position,
      lastId: teamEntry().id,
      state: "y".repeat(9_000),
    });
    await expect(failedSave).rejects.toMatchObject({ code: "disk_full", message: /ENOSPC/ });
    await expect(store.mailbox(bob).append(message(1, "z".repeat(20_000)))).rejects.toMatchObject({
      code: "disk_full",
    });

    expect(new Set(answers)).toEqual(new Set(["done", "uncertain", "disk_full"]));
    expect((await idsOf(store.journal)).slice(1)).toEqual(acknowledged);
    expect(readFileSync(team.paths.snapshot, "utf8")).toBe(snapshot);
    rmSync(ballast);
    expect(await store.journal.append(claim(100))).toBe("done");
    expect((await readAll(store.journal)).entries.at(-1)).toEqual(claim(100));
  },
);
