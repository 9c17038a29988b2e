import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cliWorld } from "../../support/cli-world.ts";

test("F4 a team of that name in another folder is refused, not joined", async () => {
  const world = cliWorld();
  const elsewhere = join(world.folder, "elsewhere");
  mkdirSync(elsewhere);
  const created = await world.troupe(["create", "shared", "--member", "ada"]);

  const { exit, stderr } = await world.troupe(["up", "--detach", "--team", "shared"], {
    cwd: elsewhere,
    env: { ANTHROPIC_API_KEY: "none" },
  });

  expect(created.exit).toBe(0);
  expect(exit).toBe(5);
  expect(stderr).toBe(
    `error: team shared works in ${world.project}, not in ${elsewhere}\nhint: give this one another name: --team shared-2\n`,
  );
});
