import { expect, test } from "vitest";
import { sweepCalls } from "../support/kill-nth.ts";
import { leftoverFiles } from "../support/leaks.ts";
import { tempFolder } from "../support/temp-folder.ts";

const only = process.env["ONLY"];
test.each(["create", "claim", "complete", "release", "fail", "note", "seal", "mail-seal", "snapshot", "cursor", "send", "join", "lease", "presence", "events", "open", "repair", "create-team", "delete-team"].filter((x) => !only || x === only))("sweep %s", { timeout: 180_000 }, async (op) => {
  const dir = tempFolder();
  const sweep = await sweepCalls(dir, op);
  console.log(op, sweep.kills, sweep.calls, JSON.stringify(sweep.violations.slice(0, 4)).slice(0, 1500), leftoverFiles(dir));
});
