import { expect, test, vi } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { createRedactor } from "../../../src/base/redact.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import {
  isAsked,
  isTrouble,
  tellTrouble,
  troubleLog,
  troubleText,
} from "../../../src/runtime/member-trouble.ts";
import { openMailbox, readMailbox } from "../../../src/team/mail.ts";
import { containing } from "../../support/member-matchers.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { memberRecord } from "../../support/member-records.ts";

test("what people are told depends on whether waiting helps", () => {
  const failed = { reason: "failed", message: "no answer" } as const;

  expect(troubleText("ada", { reason: "done", text: "" })).toBeUndefined();
  expect(troubleText("ada", { reason: "interrupted" })).toBeUndefined();
  expect(troubleText("ada", { ...failed, code: "auth_refused" })).toContain(
    "ada cannot work: no answer. It waits for a message",
  );
  expect(troubleText("ada", { ...failed, code: "model_unreachable" })).toContain("It tries again by itself");
  expect(troubleText("ada", { reason: "limit", what: "refusal" })).toContain("the model refused to go on");
});

test("a teammate's trouble goes to lead and user, the lead's to the user", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);

  await tellTrouble(team, memberRecord("ada"), "ada is in trouble");
  await tellTrouble(team, memberRecord("lead"), "the lead is in trouble");

  const texts = async (owner: "user" | MemberName) =>
    (await readMailbox(team, owner)).map(({ message }) => message.text);
  expect(await texts("user")).toEqual(["ada is in trouble", "the lead is in trouble"]);
  expect(await texts(MemberName.parse("lead"))).toEqual(["ada is in trouble"]);
});

test("I11 one question about a refused key: asked again when it was read, or later", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const end = { reason: "failed", code: "auth_refused", message: "the server refused the key" } as const;
  await tellTrouble(team, memberRecord("ada"), "ada ended a turn early");
  const before = await isAsked(team);

  await tellTrouble(team, memberRecord("ada"), troubleText("ada", end) ?? "");

  expect([before, await isAsked(team)]).toEqual([false, true]);
  const later = { ...team, host: { ...team.host, now: () => team.host.now() + 3_600_000 } };
  expect(await isAsked(later)).toBe(false);
  const user = await openMailbox(team, "user", new Set());
  for (const message of await user.take()) await user.read(message);
  expect(await isAsked(team)).toBe(false);
});

test("trouble outside is survived, a bug is not", () => {
  const full = Object.assign(new Error("ENOSPC"), { errno: -28, code: "ENOSPC" });

  expect([new TroupeError("disk_full", "x"), full, new TypeError("x is undefined")].map(isTrouble)).toEqual([
    true,
    true,
    false,
  ]);
});

test("the same trouble is written once a minute", () => {
  let now = 0;
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const log = troubleLog("ada", () => now, createRedactor([]));

  for (const at of [0, 10_000, 59_999, 60_000]) {
    now = at;
    log(new Error("no space left"));
  }
  log(new Error("something else"));
  const lines = written.mock.calls.map(([line]) => line);
  written.mockRestore();

  expect(lines).toEqual([containing("no space left"), containing("no space left"), "ada: something else\n"]);
});
