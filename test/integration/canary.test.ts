import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nanoid } from "nanoid";
import { expect, test } from "vitest";
import { cliDesk } from "../support/cli-process.ts";
import { until } from "../support/until.ts";

const CANARY = `sk-canary-${nanoid(24)}`;

/** ada looks for the key in her own environment and in that of the process that started her shell, and talks about it. */
const CURIOUS = `
agents:
  lead:
    - turn: 1
      call: [{ tool: TaskCreate, input: { subject: Look around } }]
      next: [{ say: I wait. }]
    - text: /Report to the user with ReportDone/
      call: [{ tool: ReportDone, input: { text: Looked. } }]
      next: [{ say: Done. }]
    - say: Nothing to do.
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "env > env.txt; touch begun; while [ ! -e go ]; do sleep 0.05; done; tr '\\\\0' '\\\\n' < /proc/$(tr -dc '0-9,' < $CLAUDE_CONFIG_DIR/teams/canary/agents/ada/run.json | cut -d, -f2)/environ" } }]
      next:
        - call: [{ tool: Read, input: { file_path: "/nowhere/${CANARY}" } }]
        - say: "The key is ${CANARY}, I am sure."
          call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: "It was ${CANARY}."
    - say: Nothing to do.
`;
const TEAM = { name: "canary", members: [{ name: "lead" }, { name: "ada", tools: ["Bash", "Read"] }] };

interface Seen {
  readonly command: string;
  readonly env: string;
}

/** Every process that this user can look into. */
function processes(): readonly Seen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [command, env] = ["cmdline", "environ"].map((file) =>
          readFileSync(`/proc/${pid}/${file}`, "latin1"),
        );
        return [{ command: command ?? "", env: env ?? "" }];
      } catch (error) {
        // Gone meanwhile, or somebody else's.
        if (error instanceof Error && "code" in error) return [];
        throw error;
      }
    });
}

function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

test("L5, L6, L7 the key of a team is in no file, no command line, no child's environment and on no terminal", async () => {
  const desk = await cliDesk(CURIOUS);
  desk.write(".claude/team.json", JSON.stringify(TEAM));
  const home = dirname(desk.project);

  const run = desk.start(["run", "-p", "Look", "--verbose"], { ANTHROPIC_API_KEY: CANARY });
  await until(() => existsSync(join(desk.project, "begun")), { within: 60_000, what: "the shell runs" });
  const all = processes();
  const shells = all.filter(({ command }) => command.includes("while [ ! -e go ]"));
  writeFileSync(join(desk.project, "go"), "");
  const exit = await run.ended;

  expect(`${exit}\n${run.stderr()}`).toMatch(/^0\n/);
  // The command, the supervisor and the members need it to ask the model; whatever they start has it not.
  const holders = all.filter(({ env }) => env.includes(CANARY));
  expect(holders.length).toBeGreaterThanOrEqual(3);
  expect(holders.filter(({ command }) => !command.includes("troupe.js"))).toEqual([]);
  expect(shells.length).toBeGreaterThan(0);
  expect(shells.filter(({ env }) => env.includes(CANARY))).toEqual([]);
  expect(all.filter(({ command }) => command.includes(CANARY))).toEqual([]);
  expect(filesWith(home, CANARY)).toEqual([]);
  expect(`${run.stdout()}${run.stderr()}`).not.toContain(CANARY);
  // It was there to be found: what stands in its place says so.
  expect(filesWith(home, "Read failed: /nowhere/‹key›").length).toBeGreaterThan(0);
  expect(filesWith(home, "It was ‹key›.").length).toBeGreaterThan(0);

  const verified = await desk.troupe(["audit", "verify", "--json", "--team", "canary"]);
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, logs: [{ name: "ada" }, { name: "lead" }] });
});
