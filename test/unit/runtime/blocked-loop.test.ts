import { expect, test } from "vitest";
import { MemberName } from "../../../src/protocol/names.ts";
import { deathWatch, lifeOf } from "../../../src/runtime/liveness.ts";
import { sweep } from "../../../src/team/rescue.ts";
import { memoryTeam } from "../../fixtures/agent-stand-in-memory.ts";
import { tagged } from "../../fixtures/agent-stand-in-process.ts";

test("B3 an owner whose event loop is blocked is unresponsive, not dead: it keeps its task however long it gives no sign", async () => {
  let now = Date.UTC(2026, 10, 20, 12);
  let awakeMs = 0;
  const { team, member, live, own } = await memoryTeam(["lead", "ada"], { now: () => now });
  const busy = await tagged("while :; do :; done", { TROUPE_TEST_TAG: `busy-${process.pid}` });
  await live("ada", busy);
  await own("ada", "1");
  const isDead = deathWatch(team, () => awakeMs);
  await sweep(team, "system", isDead);

  now += 3_600_000;
  awakeMs += 3_600_000;

  expect((await lifeOf(team, member("ada"))).verdict).toBe("unresponsive");
  expect(await sweep(team, "system", isDead)).toEqual([]);
  expect(team.index.owned(MemberName.parse("ada"))).toEqual(["1"]);
});
