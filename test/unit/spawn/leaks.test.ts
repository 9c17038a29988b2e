import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { liveness } from "../../../src/base/process-identity.ts";
import { tagged } from "../../fixtures/agent-stand-in-process.ts";
import { findLeaks } from "../../support/leaks.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

test("the leak check names processes, locks and temporary files that a test left", async () => {
  const folder = tempFolder();
  const testId = `leaks-${process.pid}`;
  const identity = await tagged("setsid sleep 60 & sleep 60", {
    TROUPE_TEST_ID: testId,
    TROUPE_AGENT: "ada",
  });
  mkdirSync(join(folder, "inbox.json.lock"));
  mkdirSync(join(folder, "teams/.trash-crew-1"), { recursive: true });
  writeFileSync(join(folder, "run.json.7-1.tmp"), "");
  writeFileSync(join(folder, "run.json"), "");

  const leaks = await findLeaks(testId, folder);

  expect(leaks).toContain(`process ${identity.pid} (ada, no instance)`);
  expect(leaks.filter((leak) => leak.startsWith("process")).length).toBeGreaterThanOrEqual(2);
  expect(leaks.filter((leak) => !leak.startsWith("process")).toSorted()).toEqual([
    join(folder, "inbox.json.lock"),
    join(folder, "run.json.7-1.tmp"),
    join(folder, "teams/.trash-crew-1"),
  ]);
  await until(async () => (await liveness(identity)) === "dead");
  await until(async () => (await findLeaks(testId, join(folder, "teams"))).length === 1);
});
