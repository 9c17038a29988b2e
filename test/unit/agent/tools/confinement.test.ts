import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { array, assert, asyncProperty, boolean, constantFrom } from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { isProtectedPath } from "../../../../src/agent/tools/protected-paths.ts";
import { fileAndShellTools } from "../../../../src/agent/toolset.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const never = new AbortController().signal;

interface World {
  /** The work folder. */
  readonly dir: string;
  /** A folder beside it, with the file `secret`. */
  readonly outside: string;
  readonly call: (name: string, input: object) => Promise<string>;
}

function world(): World {
  const base = tempFolder();
  const dir = join(base, "work");
  const outside = join(base, "outside");
  mkdirSync(dir);
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "SECRET\n");
  writeFileSync(join(dir, "own"), "own\n");
  const tools = fileAndShellTools({ dir, env: {} });
  const call = async (name: string, input: object): Promise<string> => {
    try {
      return (await tools.find((tool) => tool.name === name)?.run(input, never))?.text ?? "no tool";
    } catch (error) {
      return `ERROR ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  return { dir, outside, call };
}

/** Tries every file tool on a path that must be refused; answers what should not have happened. */
async function breaches({ outside, call }: World, path: string): Promise<readonly string[]> {
  const answers = [
    await call("Read", { file_path: path }),
    await call("Write", { file_path: path, content: "PWNED" }),
    await call("Edit", { file_path: path, old_string: "SECRET", new_string: "PWNED" }),
    await call("Glob", { pattern: "**/*", path }),
    await call("Grep", { pattern: "SECRET", path }),
  ];
  const kept = readFileSync(join(outside, "secret"), "utf8");
  return [
    ...answers.filter((answer) => !answer.startsWith("ERROR ") || answer.includes("SECRET\n")),
    ...(kept === "SECRET\n" ? [] : [`changed: ${kept}`]),
    ...readdirSync(outside).filter((name) => name !== "secret"),
  ];
}

test.each([
  ["..", "../outside/secret"],
  [".. in the middle", "a/../../outside/secret"],
  ["a sibling with the same beginning", "../work2/x"],
  ["an absolute path", "/etc/passwd"],
  ["home", "~/secret"],
  ["somebody's home", "~root/x"],
  ["/proc/self/root", "/proc/self/root/etc/passwd"],
  ["/dev/fd", "/dev/fd/0"],
  ["a control character", "own\u0000x"],
  ["a newline", "own\nx"],
  ["nothing", ""],
])("L12 %s does not lead out", async (_, path) => {
  expect(await breaches(world(), path)).toEqual([]);
});

test("L12 a link to an outside file, to an outside folder, and one that dangles there are refused", async () => {
  const it = world();
  symlinkSync("../outside/secret", join(it.dir, "file"));
  symlinkSync(it.outside, join(it.dir, "folder"));
  symlinkSync(join(it.outside, "new"), join(it.dir, "dangling"));
  symlinkSync("/proc/self/root/etc", join(it.dir, "root"));
  symlinkSync("file", join(it.dir, "twice"));

  for (const path of [
    "file",
    "folder/secret",
    "folder/new",
    "folder/sub/new",
    "dangling",
    "root/passwd",
    "twice",
  ])
    expect(await breaches(it, path)).toEqual([]);
  expect(await it.call("Glob", { pattern: "**/*" })).toBe("own");
  expect(await it.call("Grep", { pattern: "." })).toBe("own:1:own");
});

test("L12 links in a circle, too many of them, and a link under a made folder are errors", async () => {
  const it = world();
  symlinkSync("b", join(it.dir, "a"));
  symlinkSync("a", join(it.dir, "b"));
  for (let at = 0; at < 12; at++) symlinkSync(`l${at + 1}`, join(it.dir, `l${at}`));
  symlinkSync(join(it.outside, "sub"), join(it.dir, "made"));

  for (const path of ["a", "l0", "made/x", "made/deeper/x"]) expect(await breaches(it, path)).toEqual([]);
});

test("a link that stays inside is followed, and the file behind it is the one that is meant", async () => {
  const { dir, call } = world();
  symlinkSync("own", join(dir, "link"));
  mkdirSync(join(dir, "sub"));
  symlinkSync("sub", join(dir, "way"));

  expect(await call("Read", { file_path: "link" })).toBe("own\n");
  expect(await call("Write", { file_path: "link", content: "new" })).toBe("Replaced own (3 bytes).");
  expect(await call("Write", { file_path: "way/x", content: "x" })).toBe("Created sub/x (1 bytes).");
  expect(await call("Read", { file_path: join(dir, "own") })).toBe("new");
});

test("the work folder may itself be reached through a link, and is named either way", async () => {
  const base = tempFolder();
  mkdirSync(join(base, "real"));
  symlinkSync("real", join(base, "link"));
  writeFileSync(join(base, "real/x"), "x");
  const dir = join(base, "link");
  const read = fileAndShellTools({ dir, env: {} }).find((tool) => tool.name === "Read");

  for (const file_path of ["x", join(base, "link/x"), join(base, "real/x")])
    expect(await read?.run({ file_path }, never)).toEqual({ text: "x", isError: false });
});

test("a FIFO, a socket's place and a device are refused without being opened", async () => {
  const it = world();
  expect(await it.call("Bash", { command: "mkfifo fifo" })).toBe("[exit code 0]");

  for (const name of ["Read", "Write", "Edit"])
    expect(
      await it.call(name, { file_path: "fifo", content: "x", old_string: "a", new_string: "b" }),
    ).toMatch(/not a regular file/);
  expect(await it.call("Grep", { pattern: "." })).toBe("own:1:own");
});

test("L12 no path made of tricky parts leads out", async () => {
  const it = world();
  symlinkSync(it.outside, join(it.dir, "out"));
  symlinkSync("..", join(it.dir, "up"));
  symlinkSync("/", join(it.dir, "slash"));
  const part = constantFrom(
    "..",
    ".",
    "out",
    "up",
    "slash",
    "outside",
    "secret",
    "work",
    "own",
    "",
    "proc",
    "self",
    "root",
    "~",
  );

  await assert(
    asyncProperty(array(part, { minLength: 1, maxLength: 7 }), boolean(), async (parts, isAbsolute) => {
      const path = `${isAbsolute ? "/" : ""}${parts.join("/")}`;
      expect(await it.call("Read", { file_path: path })).not.toMatch(/^SECRET/);
      await it.call("Write", { file_path: `${path}/new`, content: "PWNED" });
      await it.call("Write", { file_path: path, content: "PWNED" });
      expect(readdirSync(it.outside)).toEqual(["secret"]);
      expect(readFileSync(join(it.outside, "secret"), "utf8")).toBe("SECRET\n");
    }),
    { numRuns: 300 },
  );
});

const SWAPPER = `
const { renameSync, rmSync, symlinkSync } = require("node:fs");
const [dir, outside] = process.argv.slice(1);
const attempt = (act) => { try { act(); } catch {} };
console.log("READY");
for (;;) {
  attempt(() => renameSync(dir + "/sub", dir + "/kept"));
  // A writer may just have made the folder that is missing.
  attempt(() => rmSync(dir + "/sub", { recursive: true, force: true }));
  attempt(() => symlinkSync(outside, dir + "/sub"));
  attempt(() => rmSync(dir + "/sub", { recursive: true, force: true }));
  attempt(() => renameSync(dir + "/kept", dir + "/sub"));
}`;

test("L13 a folder that another process swaps for a link all the time never leads out", async () => {
  const it = world();
  mkdirSync(join(it.dir, "sub"));
  writeFileSync(join(it.dir, "sub/secret"), "mine\n");
  const swapper = spawn(process.execPath, ["-e", SWAPPER, it.dir, it.outside], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(swapper, "exit");
  onTestFinished(async () => {
    swapper.kill("SIGKILL");
    await gone;
  });
  await once(swapper.stdout, "data");

  const kinds = new Set<string>();
  const isRefused = (): boolean => [...kinds].some((answer) => /leads to .*outside/.test(answer));
  const isRead = (): boolean => kinds.has("mine\n");
  const begun = performance.now();
  // As often as it takes to meet the folder both ways.
  for (let tries = 0; tries < 1_000 || !(isRefused() && isRead()); tries++) {
    if (performance.now() - begun > 20_000) break;
    kinds.add(await it.call("Read", { file_path: "sub/secret" }));
    await it.call("Write", { file_path: "sub/secret", content: "mine\n" });
    await it.call("Write", { file_path: "sub/new/file", content: "mine\n" });
  }

  expect(swapper.exitCode).toBeNull();
  expect(kinds).not.toContain("SECRET\n");
  expect([isRead(), isRefused()]).toEqual([true, true]);
  expect(readFileSync(join(it.outside, "secret"), "utf8")).toBe("SECRET\n");
  expect(readdirSync(it.outside)).toEqual(["secret"]);
});

test.each([
  ".git/hooks/pre-commit",
  ".git/config",
  "sub/.git/hooks/post-merge",
  ".husky/pre-push",
  ".claude/settings.json",
  ".claude/settings.local.json",
  ".claude/agents/x.md",
  ".claude/worktrees",
  ".claude/worktrees/x/.git/hooks/y",
  ".config/git/config",
  "packages/a/.npmrc",
  "lefthook.yml",
  ".vs\u200bcode/tasks.json",
  ".mcp.json",
  ".bashrc",
  "home/.zshrc",
  ".GIT/hooks/x",
])("L14 %s is not written, whether it is there or not", async (path) => {
  const { dir, call } = world();

  expect(await call("Write", { file_path: path, content: "x" })).toMatch(/^ERROR .*protected/);
  expect(readdirSync(dir)).toEqual(["own"]);
  expect(isProtectedPath(path)).toBe(true);
});

test("L14 a link with a harmless name does not open a protected file", async () => {
  const { dir, call } = world();
  mkdirSync(join(dir, ".git/hooks"), { recursive: true });
  symlinkSync(".git/hooks", join(dir, "hooks"));
  symlinkSync(".git/config", join(dir, "config"));

  expect(await call("Write", { file_path: "hooks/pre-commit", content: "x" })).toMatch(/protected/);
  expect(await call("Write", { file_path: "config", content: "x" })).toMatch(/protected/);
  expect(readdirSync(join(dir, ".git/hooks"))).toEqual([]);
});

/** Write with a clearance for these paths, from the work folder. */
function cleared(dir: string, ...paths: readonly string[]) {
  const protectedPaths = paths.map((path) => join(dir, path));
  const tools = fileAndShellTools({ dir, env: {} });
  return async (name: string, input: object): Promise<string> => {
    const tool = tools.find((one) => one.name === name);
    return (await tool?.run(input, never, { protectedPaths }))?.text ?? "";
  };
}

describe("L14 what a person was asked about is written this once, and nothing else", () => {
  test("the file that was meant, made and changed", async () => {
    const { dir } = world();
    const call = cleared(dir, ".husky/pre-push");

    expect(await call("Write", { file_path: ".husky/pre-push", content: "npm test\n" })).toMatch(/^Created/);
    expect(
      await call("Edit", { file_path: ".husky/pre-push", old_string: "test", new_string: "run check" }),
    ).toMatch(/^Edited/);
    expect(readFileSync(join(dir, ".husky/pre-push"), "utf8")).toBe("npm run check\n");
  });

  test("not another protected file, nor one outside", async () => {
    const { dir, outside } = world();
    const call = cleared(dir, ".husky/pre-push", "../x");

    await expect(call("Write", { file_path: ".husky/pre-commit", content: "x" })).rejects.toThrow(
      /protected/,
    );
    await expect(call("Write", { file_path: ".husky/pre-push/x", content: "x" })).rejects.toThrow(
      /protected/,
    );
    await expect(call("Write", { file_path: join(outside, "x"), content: "x" })).rejects.toThrow(/outside/);
  });

  test("not what a link leads to that was put in its place afterwards", async () => {
    const { dir } = world();
    mkdirSync(join(dir, ".git/hooks"), { recursive: true });
    mkdirSync(join(dir, ".husky"));
    const call = cleared(dir, ".husky/pre-push", ".claude/agents/a.md");
    symlinkSync("../.git/hooks/pre-push", join(dir, ".husky/pre-push"));
    symlinkSync(".git/hooks", join(dir, ".claude"));

    await expect(call("Write", { file_path: ".husky/pre-push", content: "x" })).rejects.toThrow(/protected/);
    await expect(call("Write", { file_path: ".claude/agents/a.md", content: "x" })).rejects.toThrow(
      /protected/,
    );
    expect(existsSync(join(dir, ".git/hooks/pre-push"))).toBe(false);
    expect(existsSync(join(dir, ".git/hooks/agents/a.md"))).toBe(false);
  });

  test("a link that was there when it was asked, and leads where it led then", async () => {
    const { dir } = world();
    mkdirSync(join(dir, ".git/hooks"), { recursive: true });
    symlinkSync(".git/hooks", join(dir, "hooks"));
    const call = cleared(dir, "hooks/pre-commit", ".git/hooks/pre-commit");

    expect(await call("Write", { file_path: "hooks/pre-commit", content: "x" })).toMatch(/^Created/);
    expect(readFileSync(join(dir, ".git/hooks/pre-commit"), "utf8")).toBe("x");
  });
});

test.each([
  ".gitignore",
  ".github/workflows/ci.yml",
  "src/.mcp.json.ts",
  "bashrc",
  ".claude/worktrees/x/a.ts",
])("%s is an ordinary file", (path) => {
  expect(isProtectedPath(path)).toBe(false);
});

test("file tools work in additional folders, and read where long output is kept", async () => {
  const [dir, second, spill] = [tempFolder(), tempFolder(), tempFolder()];
  writeFileSync(join(spill, "output-1.txt"), "long\n");
  const tools = fileAndShellTools({ dir, env: {}, folders: [second], spillDir: spill, home: dir });
  const call = async (name: string, input: object): Promise<string> => {
    try {
      return (await tools.find((tool) => tool.name === name)?.run(input, never))?.text ?? "";
    } catch (error) {
      return `ERROR ${error instanceof Error ? error.message : String(error)}`;
    }
  };

  expect(await call("Write", { file_path: join(second, "x"), content: "one\n" })).toBe(
    `Created ${join(second, "x")} (4 bytes).`,
  );
  expect(await call("Edit", { file_path: join(second, "x"), old_string: "one", new_string: "two" })).toMatch(
    /^Edited/,
  );
  expect(await call("Grep", { pattern: "two", path: second })).toBe(`${join(second, "x")}:1:two`);
  expect(await call("Glob", { pattern: "*", path: second })).toBe(join(second, "x"));
  expect(await call("Read", { file_path: join(spill, "output-1.txt") })).toBe("long\n");
  expect(await call("Write", { file_path: join(spill, "y"), content: "" })).toMatch(/^ERROR .*outside/);
  expect(await call("Write", { file_path: join(second, ".mcp.json"), content: "" })).toMatch(
    /^ERROR .*protected/,
  );
  expect(await call("Write", { file_path: "~/own", content: "" })).toBe("Created own (0 bytes).");
  expect(await call("Read", { file_path: "~root/x" })).toMatch(/^ERROR .*not expanded/);
});
