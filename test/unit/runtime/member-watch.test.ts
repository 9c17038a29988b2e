import { expect, test } from "vitest";
import { InstanceId, MemberName } from "../../../src/protocol/names.ts";
import { whyOver } from "../../../src/runtime/member-watch.ts";
import type { Member } from "../../../src/team/state.ts";
import { memberRecord, stateOf } from "../../support/member-records.ts";

const ada = MemberName.parse("ada");
const own = InstanceId.parse("ada-life");
const other = { instance: InstanceId.parse("later-life"), startedAt: "" };
const over = { instance: own, startedAt: "", ended: { at: "", how: "died" as const } };

test.each<[string, Partial<Member>, string | undefined]>([
  ["nothing happens", {}, undefined],
  ["it is asked to stop", { stopping: true }, "asked"],
  ["it left the team", { left: { at: "" } }, "asked"],
  ["a later life was started", { life: other }, "displaced"],
  ["its life was declared over", { life: over }, "displaced"],
  ["a later life was started and that is asked to stop", { life: other, stopping: true }, "displaced"],
])("when %s it ends so: %#", (_, fields, why) => {
  expect(whyOver(stateOf({ members: [memberRecord("ada", fields)] }), ada, own)).toBe(why);
});

test("the whole team may be asked to stop, or be deleted", () => {
  const members = [memberRecord("ada")];

  expect(whyOver(stateOf({ members, team: { stopping: true } }), ada, own)).toBe("asked");
  expect(whyOver(stateOf({ members, team: { closed: true, stopping: true } }), ada, own)).toBe("gone");
  expect(whyOver(stateOf({}), ada, own)).toBe("gone");
});
