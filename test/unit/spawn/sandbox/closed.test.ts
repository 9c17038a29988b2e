import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bash, HAS_BWRAP, opened, runIn, sandboxWorld } from "../../../support/sandbox-world.ts";

test.skipIf(!HAS_BWRAP)("L14 what is to be read-only is not shown for that where it was hidden", async () => {
  const world = sandboxWorld();
  mkdirSync(join(world.work, "closed/in"), { recursive: true });
  writeFileSync(join(world.work, "closed/in/key"), "SECRET\n");
  const policy = {
    ...world.policy,
    hidden: [join(world.work, "closed")],
    readOnly: [join(world.home, ".ssh"), "/tmp", join(world.work, "closed/in")],
  };

  const { out } = await runIn(
    await opened({ ...world, policy }),
    bash("cat ~/.ssh/id closed/in/key; ls -A closed; ls -A /tmp | wc -l; echo x > new && cat new"),
    world,
  );

  expect(out).toBe("1\nx\n");
});

test.skipIf(!HAS_BWRAP)(
  "L14 protected paths in a folder that stays open are closed like others",
  async () => {
    const world = sandboxWorld();
    const tree = join(world.work, ".claude/worktrees/one");
    mkdirSync(tree, { recursive: true });
    writeFileSync(join(tree, ".git"), "gitdir: /elsewhere\n");
    writeFileSync(join(tree, ".npmrc"), "theirs\n");

    await runIn(
      await opened(world),
      bash(`cd .claude/worktrees/one; echo mine > .git; echo mine > .npmrc; echo x > new; mv ../one ../two`),
      world,
    );

    expect(readFileSync(join(tree, ".git"), "utf8")).toBe("gitdir: /elsewhere\n");
    expect(readFileSync(join(tree, ".npmrc"), "utf8")).toBe("theirs\n");
    expect(readFileSync(join(tree, "new"), "utf8")).toBe("x\n");
  },
);

test.skipIf(!HAS_BWRAP)(
  "stubs go also when a link cannot be put back because its folder is gone",
  async () => {
    const world = sandboxWorld();
    mkdirSync(join(world.work, "pack"));
    symlinkSync("npmrc", join(world.work, "pack/.npmrc"));
    symlinkSync("npmrc", join(world.work, ".npmrc"));
    const sandbox = await opened(world);
    const { release } = await sandbox.confine({ argv: bash(":"), dir: world.work, env: world.env });
    rmSync(join(world.work, "pack"), { recursive: true });
    writeFileSync(join(world.work, "pack"), "a file now");
    rmSync(join(world.work, ".npmrc"));

    await release();

    expect(readdirSync(world.work).toSorted()).toEqual([".npmrc", "pack"]);
  },
);

test.skipIf(!HAS_BWRAP)("programs that an agent put on PATH have no part in the wall", async () => {
  const world = sandboxWorld();
  mkdirSync(join(world.work, "bin"));
  for (const name of ["xargs", "stat", "prlimit"]) {
    writeFileSync(join(world.work, "bin", name), "#!/bin/sh\nexit 0\n");
    chmodSync(join(world.work, "bin", name), 0o755);
  }
  const env = { ...world.env, PATH: `${join(world.work, "bin")}:${world.env["PATH"] ?? ""}` };

  expect(await runIn(await opened({ ...world, env }), bash("echo hi"), { ...world, env })).toEqual({
    code: 0,
    out: "hi\n",
    err: "",
  });
});
