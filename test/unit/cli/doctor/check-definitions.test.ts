import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDefinitions } from "../../../../src/cli/doctor/check-definitions.ts";
import { tempFolder } from "../../../support/temp-folder.ts";
import { testHost } from "../../../support/test-host.ts";

test("doctor tells with file and line which definitions of agents cannot be used, and what in the others has no effect", async () => {
  const [home, cwd] = [tempFolder(), tempFolder()];
  const folder = join(cwd, ".claude/agents");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "good.md"), "---\nname: good\ndescription: x\n---\nDo it.\n");
  writeFileSync(join(folder, "odd.md"), "---\nname: [\n---\nDo it.\n");
  writeFileSync(join(folder, "bad.md"), "---\nname: bad\ndescription: x\nmaxTurns: many\n---\nDo it.\n");

  const { facts, findings } = await checkDefinitions({ ...testHost("doctor-"), home, cwd });

  expect(facts).toEqual(["2 definitions of agents"]);
  expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
    ["DR002", "warning"],
    ["DR003", "note"],
  ]);
  const [broken, odd] = findings;
  expect(broken?.what).toBe("1 definition of agents cannot be used");
  expect(broken?.details).toEqual([expect.stringMatching(/bad\.md:4: maxTurns/)]);
  expect(odd?.details.join("\n")).toMatch(/odd\.md:\d+: /);
});
