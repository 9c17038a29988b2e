import { expect, test } from "vitest";
import { claim, idsOf, note } from "../../../support/store-entries.ts";
import { fileTeam } from "../../../support/store-team.ts";

test("C4 on a read-only disk everything is read and each append is refused with path and errno", async () => {
  const team = await fileTeam();
  const { store: earlier } = await team.open();
  await earlier.journal.append(claim(1));
  const { store, fs } = await team.open();
  fs.fault({ call: "append", fault: { fail: "EROFS" }, times: 2 });
  fs.fault({ call: "create", fault: { fail: "EROFS" }, times: 9 });

  const refused = store.journal.append(note(2, "lost"));

  await expect(refused).rejects.toMatchObject({ code: "state_dir", cause: { code: "EROFS" } });
  await expect(store.journal.append(note(3, "lost too"))).rejects.toThrow(team.segment(1));
  expect(await idsOf(store.journal)).toEqual(await idsOf(earlier.journal));
  expect(await store.journal.append(note(4, "writable again"))).toBe("done");
});
