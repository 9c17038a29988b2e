import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { decide } from "../../src/agent/gate/decide.ts";
import { compileRules } from "../../src/agent/gate/rule-set.ts";
import { fileAndShellTools } from "../../src/agent/toolset.ts";
import { isSystemError } from "../../src/base/disk-error.ts";
import { TroupeError } from "../../src/base/errors.ts";
import { realPathSoFar } from "../../src/runtime/real-path.ts";
import { anyJson, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { tempFolder } from "./temp-folder.ts";

const path = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "..",
        ".",
        "own",
        "sub",
        "out",
        "link",
        "/",
        "\0",
        "~",
        "é",
        "own.txt",
        "*",
        "a".repeat(300),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join("/")),
  fc.string(),
);
const NAMES = ["Read", "Write", "Edit", "Glob"] as const;
const toolInput = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      {
        file_path: fc.oneof(path, anyJson),
        path: fc.oneof(path, anyJson),
        pattern: fc.oneof(
          fc.constantFrom("**/*", "*", "[", "{a,b", "../**", "/etc/*", "\0"),
          fc.string(),
          anyJson,
        ),
        content: fc.oneof(fc.constant("PWNED"), anyJson),
        old_string: fc.oneof(fc.constantFrom("SECRET", "own", ""), anyJson),
        new_string: fc.oneof(fc.constant("PWNED"), anyJson),
        replace_all: fc.oneof(fc.boolean(), anyJson),
        offset: fc.oneof(fc.integer(), anyJson),
        limit: fc.oneof(fc.integer(), anyJson),
        unknown: anyJson,
      },
      { requiredKeys: [] },
    ),
  },
  anyJson,
);

/** A work folder with ways that lead out of it. */
function world(): { readonly dir: string; readonly outside: string } {
  const base = tempFolder();
  const dir = join(base, "work");
  const outside = join(base, "outside");
  for (const folder of [dir, outside, join(dir, "sub")]) mkdirSync(folder);
  writeFileSync(join(outside, "secret"), "SECRET");
  symlinkSync(outside, join(dir, "out"));
  symlinkSync(join(outside, "secret"), join(dir, "link"));
  return { dir, outside };
}

const tools = fuzz({
  title:
    "I7 L12 any input of a tool is run, or answered with what is wrong; nothing outside of the folder is read or changed",
  parsers: ["src/agent/tool.ts", "src/runtime/gate.ts"],
  input: fc.record({ name: fc.constantFrom(...NAMES), input: toolInput }),
  open: () => {
    const { dir, outside } = world();
    const never = new AbortController().signal;
    const all = fileAndShellTools({ dir, env: {} });
    return async ({ name, input }) => {
      writeFileSync(join(dir, "own"), "own\n");
      const context = {
        mode: "default" as const,
        rules: compileRules([]),
        cwd: dir,
        folders: [dir],
        home: "/home/u",
      };
      const verdict = decide({ ...context, isConfined: false, realPath: realPathSoFar }, { name, input });
      must(["allow", "ask", "deny"]).toContain(verdict.behavior);
      try {
        const result = await all.find((tool) => tool.name === name)?.run(input, never);
        must(typeof result?.text).toBe("string");
        if (name === "Read") must(result?.text).not.toContain("SECRET");
      } catch (error) {
        // Trouble outside, which the executor tells the model. A TypeError would be a bug.
        if (!(error instanceof TroupeError) && !isSystemError(error)) throw error;
        must((error as NodeJS.ErrnoException).code).not.toMatch(/^ERR_/);
      }
      must(readdirSync(outside)).toEqual(["secret"]);
      must(readFileSync(join(outside, "secret"), "utf8")).toBe("SECRET");
      must(existsSync(join(dir, "..", "own.txt"))).toBe(false);
      refusePollution();
    };
  },
});

const shellInput = fuzz({
  title:
    "I7 any input of Bash and Grep that is not of their schema is answered with what is wrong, and runs nothing",
  parsers: ["src/agent/tool.ts"],
  input: fc.record({
    name: fc.constantFrom("Bash", "Grep"),
    input: fc
      .oneof(anyJson, fc.record({ command: anyJson, pattern: anyJson, timeout: anyJson }))
      .filter((input) => {
        const { command, pattern } = (input ?? {}) as { command?: unknown; pattern?: unknown };
        return typeof command !== "string" && typeof pattern !== "string";
      }),
  }),
  open: () => {
    const all = fileAndShellTools({ dir: tempFolder(), env: {} });
    return async ({ name, input }) => {
      const result = await all.find((tool) => tool.name === name)?.run(input, new AbortController().signal);
      must(result).toMatchObject({ isError: true, isWrongInput: true });
      must(result?.text).toContain(`${name} was not run: its input is wrong.`);
    };
  },
});

export const toolProperties: readonly Fuzz[] = [tools, shellInput];
