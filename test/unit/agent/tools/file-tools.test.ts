import { chmodSync, existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Tool } from "../../../../src/agent/tool.ts";
import { globMatcher } from "../../../../src/agent/tools/glob-match.ts";
import { openLineMatcher } from "../../../../src/agent/tools/line-matcher.ts";
import { fileAndShellTools } from "../../../../src/agent/toolset.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

const never = new AbortController().signal;

interface Hands {
  readonly dir: string;
  readonly call: (name: string, input: object) => Promise<string>;
}

/** The tools of one agent on a folder; a thrown error is shown as the loop would. */
function hands(dir = tempFolder()): Hands {
  const tools = new Map<string, Tool>(fileAndShellTools({ dir, env: {} }).map((tool) => [tool.name, tool]));
  const call = async (name: string, input: object): Promise<string> => {
    try {
      return (await tools.get(name)?.run(input, never))?.text ?? `no tool ${name}`;
    } catch (error) {
      return `ERROR ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  return { dir, call };
}

test("the toolset has the six tools, and only those that change something are queued", () => {
  expect(fileAndShellTools({ dir: "/", env: {} }).map(({ name, effect }) => `${name} ${effect}`)).toEqual([
    "Bash write",
    "Read read",
    "Write write",
    "Edit write",
    "Glob read",
    "Grep read",
  ]);
});

test("a new file gets missing folders and the mode of the umask", async () => {
  const { dir, call } = hands();

  expect(await call("Write", { file_path: "a/b/c.txt", content: "hé\n" })).toBe(
    "Created a/b/c.txt (4 bytes).",
  );

  expect(readFileSync(join(dir, "a/b/c.txt"), "utf8")).toBe("hé\n");
  const umask = process.umask();
  expect(statSync(join(dir, "a/b/c.txt")).mode & 0o777).toBe(0o666 & ~umask);
  expect(statSync(join(dir, "a/b")).mode & 0o777).toBe(0o777 & ~umask);
  expect(readdirSync(join(dir, "a/b"))).toEqual(["c.txt"]);
});

test("a file that is there keeps its mode", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "run.sh"), "echo 1\n");
  chmodSync(join(dir, "run.sh"), 0o755);

  await call("Read", { file_path: "run.sh" });
  expect(await call("Edit", { file_path: "run.sh", old_string: "1", new_string: "2" })).toBe(
    "Edited run.sh (1 place).",
  );

  expect(readFileSync(join(dir, "run.sh"), "utf8")).toBe("echo 2\n");
  expect(statSync(join(dir, "run.sh")).mode & 0o777).toBe(0o755);
});

test("a file that was never read is not edited, and who writes over it is told", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "x"), "theirs");

  const edit = await call("Edit", { file_path: "x", old_string: "theirs", new_string: "mine" });
  expect(edit).toBe("ERROR x: the file was not read yet; Read it first");
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("theirs");
  expect(await call("Write", { file_path: "x", content: "mine" })).toBe(
    "Replaced x (4 bytes). It was there already, and you had not read it.",
  );
  expect(await call("Write", { file_path: "x", content: "more" })).toBe("Replaced x (4 bytes).");
});

test("what was written by oneself can be changed on", async () => {
  const { dir, call } = hands();

  await call("Write", { file_path: "x", content: "one" });
  await call("Edit", { file_path: "x", old_string: "one", new_string: "two" });
  expect(await call("Write", { file_path: join(dir, "x"), content: "three" })).toBe("Replaced x (5 bytes).");
});

test("J10 two agents edit one file: the second hears that it changed since it read", async () => {
  const dir = tempFolder();
  const ada = hands(dir);
  const bob = hands(dir);
  await ada.call("Write", { file_path: "x", content: "a b" });
  await bob.call("Read", { file_path: "x" });

  await ada.call("Edit", { file_path: "x", old_string: "a", new_string: "A" });
  const edit = await bob.call("Edit", { file_path: "x", old_string: "b", new_string: "B" });
  const write = await bob.call("Write", { file_path: "x", content: "B" });

  expect(edit).toMatch(/^ERROR x: file changed since read/);
  expect(write).toMatch(/^ERROR x: file changed since read/);
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("A b");
  await bob.call("Read", { file_path: "x" });
  await bob.call("Edit", { file_path: "x", old_string: "b", new_string: "B" });
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("A B");
});

test("an edit wants exactly one place, or all", async () => {
  const { dir, call } = hands();
  await call("Write", { file_path: "x", content: "a a $& b" });

  expect(await call("Edit", { file_path: "x", old_string: "a", new_string: "c" })).toMatch(
    /stands there 2 times/,
  );
  expect(await call("Edit", { file_path: "x", old_string: "z", new_string: "c" })).toMatch(
    /does not stand in/,
  );
  expect(await call("Edit", { file_path: "nope", old_string: "z", new_string: "c" })).toMatch(/no such file/);
  expect(await call("Edit", { file_path: "x", old_string: "b", new_string: "$& $1" })).toBe(
    "Edited x (1 place).",
  );
  await call("Edit", { file_path: "x", old_string: "a", new_string: "c", replace_all: true });
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("c c $& $& $1");
  expect(await call("Edit", { file_path: "x", old_string: "", new_string: "c" })).toMatch(/old_string/);
});

test("an edit of several lines keeps the line ends of the file", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "x"), "a\r\nb\r\nc\r\n");
  await call("Read", { file_path: "x" });

  await call("Edit", { file_path: "x", old_string: "a\nb", new_string: "1\n2\n3" });

  expect(readFileSync(join(dir, "x"), "utf8")).toBe("1\r\n2\r\n3\r\nc\r\n");
});

test("bytes that are no UTF-8 are shown but never written back", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "latin"), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  writeFileSync(join(dir, "bin"), Buffer.from([1, 0, 2]));

  expect(await call("Read", { file_path: "latin" })).toBe(
    "(not UTF-8: bytes that are no text are shown as \ufffd)\ncaf\ufffd",
  );
  expect(await call("Read", { file_path: "bin" })).toBe("(bin is a binary file of 3 bytes)");
  expect(await call("Edit", { file_path: "latin", old_string: "caf", new_string: "c" })).toMatch(
    /not a UTF-8/,
  );
});

test("a long file is read in parts that say where to go on", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "x"), Array.from({ length: 5000 }, (_, at) => `line ${at + 1}\n`).join(""));

  const first = await call("Read", { file_path: "x" });
  expect(first.startsWith("line 1\nline 2\n")).toBe(true);
  expect(first.endsWith("line 2000\n(lines 1 to 2000 of 5000; go on with offset 2001)")).toBe(true);
  expect(await call("Read", { file_path: "x", offset: 4999 })).toBe(
    "line 4999\nline 5000\n(lines 4999 to 5000 of 5000)",
  );
  expect(await call("Read", { file_path: "x", offset: 7, limit: 1 })).toBe(
    "line 7\n(lines 7 to 7 of 5000; go on with offset 8)",
  );
  expect(await call("Read", { file_path: "x", offset: 5001 })).toBe(
    "(there is no line 5001: the file has 5000 lines)",
  );
});

test("long lines end a part early, and one line is always given", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "x"), `${"a".repeat(80_000)}\n${"b".repeat(80_000)}\n${"c".repeat(200_000)}\n`);

  expect(await call("Read", { file_path: "x" })).toMatch(/a\n\(lines 1 to 1 of 3; go on with offset 2\)$/);
  expect(await call("Read", { file_path: "x", offset: 3 })).toMatch(/c\n\(lines 3 to 3 of 3\)$/);
});

test("an empty file, a missing one, a folder and a file too big are told apart", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "empty"), "");
  writeFileSync(join(dir, "big"), Buffer.alloc(10 * 1024 * 1024 + 1, "x"));

  expect(await call("Read", { file_path: "empty" })).toBe("(empty is empty)");
  expect(await call("Read", { file_path: "nope" })).toBe("ERROR nope: no such file");
  expect(await call("Read", { file_path: "no/pe" })).toBe("ERROR no/pe: no such file or folder");
  expect(await call("Read", { file_path: "empty/x" })).toBe(
    "ERROR empty/x: a part of the path is not a folder",
  );
  expect(await call("Read", { file_path: "." })).toMatch(/work folder itself/);
  expect(await call("Write", { file_path: "empty/x", content: "" })).toMatch(/not a folder/);
  expect(await call("Read", { file_path: "big" })).toMatch(/too many/);
  expect(await call("Read", { file_path: "x".repeat(300) })).toMatch(/name is too long/);
});

test("a file with a second name is not written, so that no other folder's file is meant", async () => {
  const { dir, call } = hands();
  const other = tempFolder();
  writeFileSync(join(other, "theirs"), "theirs");
  linkSync(join(other, "theirs"), join(dir, "mine"));
  await call("Read", { file_path: "mine" });

  expect(await call("Write", { file_path: "mine", content: "x" })).toMatch(/2 names/);
  expect(readFileSync(join(other, "theirs"), "utf8")).toBe("theirs");
  expect(readdirSync(dir)).toEqual(["mine"]);
});

test("a write that fails leaves the old file whole and nothing beside it", async () => {
  const { dir, call } = hands();
  writeFileSync(join(dir, "x"), "old");
  await call("Read", { file_path: "x" });
  chmodSync(dir, 0o500);

  const answer = process.getuid?.() === 0 ? "" : await call("Write", { file_path: "x", content: "new" });

  chmodSync(dir, 0o700);
  expect(answer === "" || /permission denied/.test(answer)).toBe(true);
  expect(readFileSync(join(dir, "x"), "utf8")).toBe("old");
  expect(existsSync(join(dir, ".troupe-0.tmp"))).toBe(false);
});

test("Glob finds by pattern, newest first, and leaves out .git and node_modules", async () => {
  const { dir, call } = hands();
  for (const path of ["src/a.ts", "src/b/c.ts", "src/d.js", "node_modules/x/e.ts"])
    await call("Write", { file_path: path, content: path });

  const found = await call("Glob", { pattern: "**/*.ts" });

  expect(found.split("\n").toSorted()).toEqual(["src/a.ts", "src/b/c.ts"]);
  expect(await call("Glob", { pattern: "*.ts", path: "src" })).toBe("src/a.ts");
  expect(await call("Glob", { pattern: "*.{ts,js}", path: join(dir, "src") })).toMatch(/src\/d\.js/);
  expect(await call("Glob", { pattern: "*.py" })).toBe("(no file matches)");
  expect(await call("Glob", { pattern: "*", path: "nope" })).toBe("ERROR nope: no such file or folder");
  expect(await call("Glob", { pattern: "*", path: "src/a.ts" })).toMatch(/not a folder/);
});

test("Glob answers at most 200 files and says how many more there are", async () => {
  const { dir, call } = hands();
  for (let at = 0; at < 203; at++) writeFileSync(join(dir, `${at}.txt`), "");

  const lines = (await call("Glob", { pattern: "*.txt" })).split("\n");

  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toBe("(3 more; use a narrower pattern)");
});

test("Grep finds lines with their file and number", async () => {
  const { dir, call } = hands();
  await call("Write", { file_path: "a.ts", content: "one\nTwo\r\nthree\n" });
  await call("Write", { file_path: "b/c.md", content: "two\n" });
  writeFileSync(join(dir, "bin"), Buffer.from("two\0two"));

  expect(await call("Grep", { pattern: "^t.*o$" })).toBe("b/c.md:1:two");
  expect(await call("Grep", { pattern: "^t.*o$", ignore_case: true })).toBe("a.ts:2:Two\nb/c.md:1:two");
  expect(await call("Grep", { pattern: "o", glob: "**/*.ts" })).toBe("a.ts:1:one\na.ts:2:Two");
  expect(await call("Grep", { pattern: "two", path: "b" })).toBe("b/c.md:1:two");
  expect(await call("Grep", { pattern: "zzz" })).toBe("(no line matches)");
  expect(await call("Grep", { pattern: "(" })).toMatch(/^ERROR .*Invalid regular expression/);
});

function matches(pattern: string, path: string): boolean {
  return globMatcher(pattern).matches(path);
}

test("a pattern for names has stars, sets and choices, and leaves out names with a dot in front", () => {
  expect(matches("**/*.{ts,md}", "a/b/c.md")).toBe(true);
  expect(matches("**/*.{ts,md}", "c.ts")).toBe(true);
  expect(matches("**/*.{ts,md}", "c.tsx")).toBe(false);
  expect(matches("{src,test/{unit,e2e}}/**/*.ts", "test/e2e/deep/x.ts")).toBe(true);
  expect(matches("{src,test/{unit,e2e}}/**/*.ts", "test/other/x.ts")).toBe(false);
  expect(matches("src/*", "src/a/b")).toBe(false);
  expect(matches("src/**", "src/a/b")).toBe(true);
  expect(matches("[a-c]?.t[!t]t", "bx.tst")).toBe(true);
  expect(matches("**/*", "a/.b/c")).toBe(false);
  expect(matches("**/.b/*", "a/.b/c")).toBe(true);
  expect(matches("*", ".env")).toBe(false);
  expect(matches(".*", ".env")).toBe(true);
  expect(matches("a{b}c", "a{b}c")).toBe(true);
});

test("of a file in which every line matches only as many come back as are shown", async () => {
  const matcher = openLineMatcher("x*", "");

  const found = await matcher.find("\n".repeat(100_000));

  expect(found).toHaveLength(1_001);
  await matcher.close();
});

test("L25 no pattern for names keeps the agent busy", async () => {
  const { call } = hands();
  await call("Write", { file_path: `${"a".repeat(40)}.txt`, content: "x" });

  for (const pattern of ["{a,b}".repeat(30), "{a,b}".repeat(300), `${"+(".repeat(20)}a${")".repeat(20)}b`])
    await call("Glob", { pattern });
  expect(await call("Glob", { pattern: "{a,b}".repeat(30) })).toMatch(/^ERROR .*at most 100 alternatives/);
  expect(await call("Glob", { pattern: `${"*a".repeat(40)}*b` })).toBe("(no file matches)");
  expect(await call("Glob", { pattern: `${"**/a*/".repeat(40)}b` })).toBe("(no file matches)");
});

test("a search shows nothing of files that it may not read", async () => {
  const { dir, call } = hands();
  for (const path of ["a.txt", "secrets/key", "sub/.env"])
    await call("Write", { file_path: path, content: "find me\n" });
  const tools = fileAndShellTools({
    dir,
    env: {},
    searchable: () => (path) => !/secrets\/|\.env$/.test(path),
  });
  const search = async (name: string, input: object): Promise<string | undefined> =>
    (await tools.find((tool) => tool.name === name)?.run(input, never))?.text;

  expect(await search("Grep", { pattern: "find" })).toBe("a.txt:1:find me");
  expect(await search("Grep", { pattern: "find", path: "secrets" })).toBe("(no line matches)");
  expect(await search("Glob", { pattern: "**/*" })).toBe("a.txt");
});

test("L25 an expression that never ends is ended with the signal, and what was found is kept", async () => {
  const dir = tempFolder();
  writeFileSync(join(dir, "a"), "aaa\n");
  writeFileSync(join(dir, "b"), `${"a".repeat(60)}!\n`);
  const grep = fileAndShellTools({ dir, env: {} }).find((tool) => tool.name === "Grep");
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);

  const result = await grep?.run({ pattern: "^(a+)+$" }, controller.signal);

  expect(result?.text).toMatch(/^a:1:aaa\n\(the search was ended/);
});
