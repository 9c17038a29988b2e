import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type HookSource, readHooks } from "../../../../src/runtime/hooks/read-hooks.ts";
import { CALL, handlers, hooksOf, NEVER } from "../../../support/hooks.ts";

test("a hook of a skill with `once` runs once; one of a settings file runs each time, and that is said", async () => {
  const once = { type: "command", command: "echo x >> ran", once: true };
  const skill: HookSource = {
    scope: "skill",
    file: "/skills/s/SKILL.md",
    label: "Skill s",
    isTrusted: true,
    hooks: { PreToolUse: [{ hooks: [once] }] },
  };
  const ofSkill = hooksOf(readHooks({ files: [] }, [skill]));
  const config = handlers("PreToolUse", once);
  const ofFile = hooksOf(config);

  for (const hooks of [ofSkill, ofFile])
    for (let time = 0; time < 3; time++) await hooks.fire("PreToolUse", CALL, NEVER);

  expect(readFileSync(join(ofSkill.dir, "ran"), "utf8")).toBe("x\n");
  expect(readFileSync(join(ofFile.dir, "ran"), "utf8")).toBe("x\nx\nx\n");
  expect(config.problems.map(({ what }) => what)).toEqual([
    "hooks.PreToolUse[0].hooks[0].once: counts in hooks of skills only; this one runs each time",
  ]);
});
