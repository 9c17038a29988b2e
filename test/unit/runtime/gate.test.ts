import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decide, hasTool, type Permissions } from "../../../src/runtime/gate.ts";
import { containing } from "../../support/member-matchers.ts";

const member: Permissions = { dir: "/srv/app", lead: false, tools: undefined };
const call = (name: string, input: unknown = {}) => ({ id: "call-1", name, input });

test.each([
  ["Read", {}, true],
  ["Grep", {}, true],
  ["Bash", { command: "ls" }, false],
  ["SendMessage", {}, true],
  ["ReportDone", {}, true],
  ["SpawnTeammate", {}, false],
])("a member without a list of tools: %s is allowed: %s → %s", (name, input, allowed) => {
  expect(decide(member, call(name, input)).allowed).toBe(allowed);
});

test.each([
  ["Bash", true],
  ["Read", true],
  ["Write", false],
  ["mcp__github__search", false],
  ["TaskUpdate", true],
  ["SpawnTeammate", false],
])("a member with the tools Bash and Read: %s is allowed: %s", (name, allowed) => {
  expect(decide({ ...member, tools: ["Bash", "Read"] }, call(name, { file_path: "a" })).allowed).toBe(
    allowed,
  );
});

test("only the lead starts teammates, whatever its list of tools says", () => {
  expect(hasTool({ ...member, tools: ["SpawnTeammate"] }, "SpawnTeammate")).toBe(false);
  expect(hasTool({ ...member, lead: true, tools: [] }, "SpawnTeammate")).toBe(true);
});

test.each([
  ["src/a.ts", true],
  ["./a.ts", true],
  ["/srv/app/src/a.ts", true],
  ["src/../a.ts", true],
  ["..notes/a", true],
  [".", false],
  ["", false],
  ["/srv/app", false],
  ["../other/a.ts", false],
  ["src/../../a.ts", false],
  ["/srv/app2/a.ts", false],
  ["/srv/app/../b", false],
  ["/etc/passwd", false],
  ["a\0b", false],
])("L12 a write to %j is allowed: %s", (path, allowed) => {
  expect(decide(member, call("Write", { file_path: path, content: "" })).allowed).toBe(allowed);
  expect(decide(member, call("Edit", { path })).allowed).toBe(allowed);
});

test("L12 no relative path that is allowed leads out of the folder", () => {
  const part = fc.constantFrom("..", ".", "a", "b.ts", "", "…", "..a");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      let depth = 0;
      let left = false;
      for (const one of parts) {
        if (one === "..") depth--;
        else if (one !== "." && one !== "") depth++;
        if (depth < 0) left = true;
      }
      const path = parts.join("/").replace(/^\/+/, "");
      // A path that leaves and comes back by its own folder's name cannot be made of these parts.
      expect(decide(member, call("Write", { file_path: path })).allowed).toBe(!left && depth > 0);
    }),
  );
});

test("a denial says what is wrong and what to do", () => {
  const outside = decide(member, call("Write", { file_path: "/etc/hosts" }));
  const shell = decide(member, call("Bash", { command: "ls" }));
  const unknown = decide({ ...member, tools: ["Read"] }, call("Write", { file_path: "a" }));

  expect(outside).toEqual({
    allowed: false,
    reason:
      "Write may only change files below /srv/app; /etc/hosts is outside. Choose a path in there, or tell the lead what has to be changed elsewhere.",
  });
  expect(shell).toMatchObject({ reason: containing("no shell") });
  expect(unknown).toEqual({ allowed: false, reason: "Write is not among your tools. You have: Read." });
});

test("a write without a path passes the gate: the tool itself names the missing field", () => {
  expect(decide(member, call("Write", { content: "x" }))).toEqual({ allowed: true });
  expect(decide(member, call("Write", "nonsense"))).toEqual({ allowed: true });
});

test.each([
  ["Write", false],
  ["Edit", false],
  ["Bash", false],
  ["Read", true],
  ["Grep", true],
  ["TaskUpdate", true],
  ["ExitPlanMode", true],
])("a member in plan mode: %s is allowed: %s", (name, allowed) => {
  const planning: Permissions = { ...member, tools: ["Write", "Edit", "Bash", "Read", "Grep"], mode: "plan" };

  expect(decide(planning, call(name, { file_path: "a.ts" })).allowed).toBe(allowed);
  expect(decide({ ...planning, mode: "default" }, call(name, { file_path: "a.ts" })).allowed).toBe(true);
});
