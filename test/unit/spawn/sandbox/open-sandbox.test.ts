import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSandbox } from "../../../../src/spawn/sandbox/open-sandbox.ts";
import { openStubs } from "../../../../src/spawn/sandbox/stubs.ts";
import { bash, contentOf, HAS_BWRAP, opened, runIn, sandboxWorld } from "../../../support/sandbox-world.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

function git(dir: string, ...args: readonly string[]): string {
  const env = {
    PATH: "/usr/bin:/bin",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b",
    HOME: dir,
  };
  return execFileSync("git", args, { cwd: dir, env, encoding: "utf8" });
}

/** A repository with one commit in the work folder. */
function repository(dir: string): void {
  git(dir, "init", "--quiet", "--initial-branch=main");
  writeFileSync(join(dir, "a"), "a\n");
  git(dir, "add", "a");
  git(dir, "commit", "--quiet", "--message=first");
}

test.skipIf(!HAS_BWRAP)(
  "a confined program writes in its folder, and leaves it as it was but for that",
  async () => {
    const world = sandboxWorld();
    const before = contentOf(world.home);

    const { code, out, err } = await runIn(
      await opened(world),
      bash("pwd; echo hi > new; cat new; ls -A ~"),
      world,
    );

    expect(err).toBe("");
    expect([code, out]).toEqual([0, `${world.work}\nhi\n.config\n.gitconfig\nwork\n`]);
    expect(contentOf(world.home)).toEqual([...before, `${join(world.work, "new")} 100644 68690a`].toSorted());
    expect(readdirSync(world.policy.stateDir)).toEqual([]);
  },
);

test.skipIf(!HAS_BWRAP)(
  "a program's exit code comes through, and so does that of one that was killed",
  async () => {
    const world = sandboxWorld();
    const sandbox = await opened(world);

    expect((await runIn(sandbox, bash("exit 7"), world)).code).toBe(7);
    expect((await runIn(sandbox, bash("kill -9 $$"), world)).code).toBe(137);
  },
);

test.skipIf(!HAS_BWRAP)("commits work inside, stubs are not added, and git is told who commits", async () => {
  const world = sandboxWorld();
  repository(world.work);
  writeFileSync(
    join(world.home, ".gitconfig"),
    '[user]\n\tname = "Ada \\"L\\" Lovelace"\n\temail = ada@example.org\n[credential]\n\thelper = store\n',
  );

  const { out, err } = await runIn(
    await opened(world),
    bash(
      "echo b > b; git add --all; git commit --quiet -m two; git status --short; git log -1 --format='%an %ae'; git config credential.helper",
    ),
    world,
  );

  expect([out, err]).toEqual(['Ada "L" Lovelace ada@example.org\n', ""]);
  expect(git(world.work, "show", "--stat", "--format=", "HEAD").trim()).toMatch(
    /^b \| 1 \+\n 1 file changed/,
  );
  expect(git(world.work, "status", "--short")).toBe("");
});

test.skipIf(!HAS_BWRAP)(
  "commits work in a linked worktree whose repository lies outside, and nothing else of it is writable",
  async () => {
    const base = sandboxWorld();
    const main = join(base.home, "main");
    mkdirSync(main);
    repository(main);
    git(main, "worktree", "add", "--quiet", join(base.home, "linked"));
    git(main, "worktree", "add", "--quiet", join(base.home, "other"));
    const work = join(base.home, "linked");
    const world = {
      ...base,
      work,
      policy: { ...base.policy, writable: [work] },
      env: {
        ...base.env,
        GIT_AUTHOR_NAME: "a",
        GIT_AUTHOR_EMAIL: "a@b",
        GIT_COMMITTER_NAME: "a",
        GIT_COMMITTER_EMAIL: "a@b",
      },
    };

    const { out } = await runIn(
      await opened(world),
      bash(`
      echo b > b && git add b && git commit --quiet -m two && echo committed
      echo x > ${main}/a; echo kept 1
      echo x > ${main}/.git/hooks/pre-commit || echo kept 2
      echo x >> ${main}/.git/config || echo kept 3
      echo x > ${main}/.git/worktrees/linked/commondir || echo kept 4
      echo x > ${main}/.git/worktrees/linked/config.worktree || echo kept 5
      echo x > ${main}/.git/worktrees/other/commondir || echo kept 6
      mv ${main}/.git/worktrees ${main}/.git/w || echo kept 7
      echo "gitdir: /elsewhere" > .git || echo kept 8
      rm .git || echo kept 9
    `),
      world,
    );

    expect(out.split("\n")).toEqual([
      "committed",
      ...Array.from({ length: 9 }, (_, at) => `kept ${at + 1}`),
      "",
    ]);
    expect(git(work, "log", "--format=%s").trim()).toBe("two\nfirst");
    expect(git(main, "status", "--short")).toBe("");
  },
);

test.skipIf(!HAS_BWRAP)(
  "a .git file that names a folder which does not know the worktree opens nothing",
  async () => {
    const world = sandboxWorld();
    mkdirSync(join(world.outside, "worktrees/x"), { recursive: true });
    for (const name of ["objects", "refs"]) mkdirSync(join(world.outside, name));
    writeFileSync(join(world.outside, "worktrees/x/gitdir"), "/elsewhere/.git\n");
    writeFileSync(join(world.work, ".git"), `gitdir: ${world.outside}/worktrees/x\n`);

    const { out } = await runIn(await opened(world), bash(`ls ${world.outside} || echo hidden`), world);

    expect(out).toBe("hidden\n");
  },
);

test.skipIf(!HAS_BWRAP)("L14 nothing leads git outside to a configuration that was made inside", async () => {
  const world = sandboxWorld();
  repository(world.work);
  const sandbox = await opened(world);

  const { out } = await runIn(
    sandbox,
    bash(`
      mkdir -p evil/refs evil/objects; git config -f evil/config core.fsmonitor 'touch ${world.work}/PWNED; false'
      for try in "echo ../evil > .git/commondir" "rm .git/commondir" "mv .git x" "git config core.fsmonitor x" \\
        "git config core.hooksPath evil" "echo x > .git/hooks/pre-commit" "mkdir .git/hooks/y" "echo x > .git/config.worktree" \\
        "ln -sf ../evil/config .git/config" "mv .git/hooks .git/h"; do
        eval "$try" 2>/dev/null && echo "went through: $try"
      done
      cp evil/config evil.config; git status --short`),
    world,
  );

  expect(out).toBe("?? evil.config\n?? evil/\n");
  git(world.work, "status");
  expect(existsSync(join(world.work, "PWNED"))).toBe(false);
  expect(existsSync(join(world.work, ".git/commondir"))).toBe(false);
});

test.skipIf(!HAS_BWRAP)(
  "protected paths further down are closed too, and the folders to them cannot be moved",
  async () => {
    const world = sandboxWorld();
    mkdirSync(join(world.work, "packages/a/.husky"), { recursive: true });
    writeFileSync(join(world.work, "packages/a/.npmrc"), "x\n");
    mkdirSync(join(world.work, ".claude/worktrees/w"), { recursive: true });

    const { out } = await runIn(
      await opened(world),
      bash(`
      echo y > packages/a/.npmrc || echo 1
      echo y > packages/a/.husky/pre-push || echo 2
      mv packages p || echo 3
      mv packages/a/.npmrc packages/a/x || echo 4
      echo y > .claude/settings.json || echo 5
      echo y > .claude/worktrees/w/file && echo open
      echo y > packages/a/file && echo open`),
      world,
    );

    expect(out).toBe("1\n2\n3\n4\n5\nopen\nopen\n");
  },
);

test.skipIf(!HAS_BWRAP)("a link at a protected path is put back when a program replaced it", async () => {
  const world = sandboxWorld();
  writeFileSync(join(world.work, "npmrc"), "theirs\n");
  symlinkSync("npmrc", join(world.work, ".npmrc"));

  await runIn(await opened(world), bash("rm .npmrc; echo mine > .npmrc"), world);

  expect(readFileSync(join(world.work, ".npmrc"), "utf8")).toBe("theirs\n");
});

test.skipIf(!HAS_BWRAP)(
  "further folders, read-only parts, hidden parts and visible parts are what the policy says",
  async () => {
    const world = sandboxWorld();
    const second = join(world.home, "second");
    for (const folder of [
      second,
      join(world.work, "fixed"),
      join(world.work, "secret"),
      join(world.home, ".tools"),
    ])
      mkdirSync(folder);
    for (const file of [
      join(world.work, "secret/x"),
      join(world.work, "key"),
      join(world.home, ".tools/tool"),
    ])
      writeFileSync(file, "SECRET");
    const policy = {
      ...world.policy,
      writable: [world.work, second, join(world.home, "not-there")],
      readOnly: [join(world.work, "fixed")],
      hidden: [join(world.work, "secret"), join(world.work, "key")],
      visible: [join(world.home, ".tools")],
    };

    const { out } = await runIn(
      await opened({ ...world, policy }),
      bash(`
      echo x > ${second}/file && echo 1
      echo x > fixed/file || echo 2
      mv fixed f || echo 3
      ls -A secret; echo x > secret/y || echo 4
      cat key || echo 5
      mv key k || echo 6
      cat ~/.tools/tool && echo x > ~/.tools/x || echo 7
      echo x > .mcp.json || echo 8
      echo x > ${second}/.mcp.json || echo 9`),
      world,
    );

    expect(out).toBe("1\n2\n3\n4\n5\n6\nSECRET7\n8\n9\n");
  },
);

test.skipIf(!HAS_BWRAP)("stubs stay while another program needs them, and go with the last one", async () => {
  const world = sandboxWorld();
  const [one, other] = [await opened(world), await opened(world)];
  const program = { argv: bash("true"), dir: world.work, env: world.env };

  const first = await one.confine(program);
  const second = await other.confine(program);
  await first.release();
  expect(readdirSync(world.work)).toContain(".mcp.json");
  await second.release();

  expect(readdirSync(world.work)).toEqual([]);
});

test.skipIf(!HAS_BWRAP)(
  "stubs of a process that was killed are swept when the next sandbox is opened",
  async () => {
    const world = sandboxWorld();
    const stubs = openStubs(world.policy.stateDir, world.work);
    (await stubs.enter()).make({ path: join(world.work, ".mcp.json"), content: "" });
    const [place = ""] = readdirSync(world.policy.stateDir);
    const [mark = ""] = readdirSync(join(world.policy.stateDir, place)).filter((name) =>
      name.startsWith("use_"),
    );
    const dead = mark.split("_").with(2, "1").join("_");
    renameSync(join(world.policy.stateDir, place, mark), join(world.policy.stateDir, place, dead));
    expect(readdirSync(world.work)).toEqual([".mcp.json"]);

    await opened(world);

    expect(readdirSync(world.work)).toEqual([]);
    expect(readdirSync(world.policy.stateDir)).toEqual([]);
  },
);

test("a stub into which somebody wrote is his, and stays", async () => {
  const [state, work] = [tempFolder(), tempFolder()];
  const stubs = openStubs(state, work);
  const use = await stubs.enter();
  for (const name of [".npmrc", ".bashrc"]) use.make({ path: join(work, name), content: "" });
  for (const name of [".husky", ".idea"]) use.make({ path: join(work, name), content: undefined });
  chmodSync(join(work, ".npmrc"), 0o644);
  writeFileSync(join(work, ".npmrc"), "registry=x\n");
  writeFileSync(join(work, ".husky/pre-push"), "x\n");

  await use.leave();

  expect(readdirSync(work)).toEqual([".husky", ".npmrc"]);
});

test.skipIf(!HAS_BWRAP)(
  "two at once in one folder, many times: no stub is left, and none is missing while it is needed",
  async () => {
    const world = sandboxWorld();
    const sandboxes = [await opened(world), await opened(world), await opened(world)];

    const answers = await Promise.all(
      sandboxes.map(async (sandbox) => {
        const out: string[] = [];
        for (let round = 0; round < 5; round++)
          out.push(
            (await runIn(sandbox, bash("echo x > .mcp.json || echo x > .husky/x || echo kept"), world)).out,
          );
        return out;
      }),
    );

    expect(new Set(answers.flat())).toEqual(new Set(["kept\n"]));
    expect(readdirSync(world.work)).toEqual([]);
  },
);

test.skipIf(!HAS_BWRAP)("a work folder that was replaced is refused, not confined in its place", async () => {
  const world = sandboxWorld();
  const sandbox = await opened(world);
  renameSync(world.work, `${world.work}.old`);
  symlinkSync(world.outside, world.work);

  await expect(sandbox.confine({ argv: bash("true"), dir: world.work, env: world.env })).rejects.toThrow(
    /ENOTDIR|ELOOP|not the folder/,
  );
  expect(readdirSync(world.outside)).toEqual(["file"]);
});

test("where the wall cannot be, it says why and what to do", async () => {
  const world = sandboxWorld();
  const { policy, env } = world;
  const bin = tempFolder();
  const reasonWith = async (script: string): Promise<string> => {
    writeFileSync(join(bin, "bwrap"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    writeFileSync(join(bin, "prlimit"), "#!/bin/sh\n", { mode: 0o755 });
    const result = await openSandbox({ policy, env: { ...env, PATH: "" }, searched: [bin] });
    return result.ok ? "ok" : `${result.reason} | ${result.hint}`;
  };

  expect(await openSandbox({ policy, env: { ...env, PATH: "" }, searched: [] })).toEqual({
    ok: false,
    reason: "bubblewrap is not installed",
    hint: "install it (Debian, Ubuntu: apt install bubblewrap)",
  });
  expect(await reasonWith('echo "bwrap: Unknown option --disable-userns" >&2; exit 1')).toMatch(
    /too old.*0\.8\.0/,
  );
  expect(await reasonWith('echo "bwrap: No permissions to create a new namespace" >&2; exit 1')).toMatch(
    /namespace|AppArmor/,
  );
  expect(await reasonWith("kill -9 $$")).toMatch(/SIGKILL/);
  expect(await openSandbox({ policy, env, machine: { platform: "linux", arch: "riscv64" } })).toMatchObject({
    ok: false,
    reason: "there is no sandbox for linux on riscv64",
  });
  expect(await openSandbox({ policy, env, machine: { platform: "darwin", arch: "arm64" } })).toMatchObject({
    ok: false,
  });
});

test.skipIf(!HAS_BWRAP)(
  "a work folder in which everything lies that has to be hidden is refused",
  async () => {
    const world = sandboxWorld();

    for (const root of [world.home, "/", "/tmp"]) {
      const result = await openSandbox({ ...world, policy: { ...world.policy, writable: [root] } });
      expect(result.ok ? "" : result.reason).toMatch(/hidden lies in it/);
    }
  },
);

test.skipIf(!HAS_BWRAP)("a program that is on PATH in a writable folder is not what confines", async () => {
  const world = sandboxWorld();
  writeFileSync(join(world.work, "bwrap"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });

  const result = await openSandbox({ ...world, env: { ...world.env, PATH: world.work }, searched: [] });

  expect(result).toMatchObject({ ok: false, reason: "bubblewrap is not installed" });
});
