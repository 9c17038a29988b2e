import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AgentList, RunEndOutput, StatusOutput, TeamOutput, TimelineOutput } from "../../src/cli/output.ts";
import { type CliDesk, cliDesk } from "../support/cli-process.ts";
import { containing, matching } from "../support/cli-world.ts";
import { until } from "../support/until.ts";

/** The lead makes a task, ada writes a file for it, the lead reports. */
const HELLO = `
agents:
  lead:
    - turn: 1
      call: [{ tool: TaskCreate, input: { subject: Write hello } }]
      next: [{ say: I wait. }]
    - text: /Report to the user with ReportDone/
      call: [{ tool: ReportDone, input: { text: hello.txt is written. } }]
      next: [{ say: Done. }]
    - say: Nothing to do.
  ada:
    - text: /claimed task/
      call: [{ tool: Bash, input: { command: "echo hello > hello.txt" } }]
      next:
        - call: [{ tool: TaskUpdate, input: { task: "1", status: completed } }]
        - say: Done.
    - say: Nothing to do.
`;
const TEAM = {
  name: "hello",
  goal: "Say hello",
  members: [{ name: "lead" }, { name: "ada", tools: ["Bash"] }],
};

/** ada never comes to an end by herself. */
const ENDLESS = HELLO.replace('"echo hello > hello.txt"', '"exec sleep 300"');

async function helloDesk(script = HELLO): Promise<CliDesk> {
  const desk = await cliDesk(script);
  desk.write(".claude/team.json", JSON.stringify(TEAM));
  return desk;
}

async function statusOf(desk: CliDesk): Promise<ReturnType<typeof StatusOutput.parse>> {
  return StatusOutput.parse(JSON.parse((await desk.troupe(["status", "--json", "--team", "hello"])).stdout));
}

test("run works until the lead has reported, then nothing of the team runs any more", async () => {
  const desk = await helloDesk();

  const { exit, stdout, stderr } = await desk.troupe(["run", "-p", "Say hello"]);

  expect(`${exit}\n${stderr}`).toMatch(/^0\n/);
  expect(readFileSync(join(desk.project, "hello.txt"), "utf8")).toBe("hello\n");
  expect(stdout).toMatch(/^ +0:0\d {2}lead +adds +#1 Write hello$/m);
  expect(stdout).toMatch(/^ +0:0\d {2}ada +claims +#1 Write hello$/m);
  expect(stdout).toMatch(/^ +0:0\d {2}ada +runs +echo hello > hello.txt$/m);
  expect(stdout).toMatch(/^ +0:0\d {2}lead +reports +hello.txt is written.$/m);
  expect(stdout).toMatch(/\ndone {2}hello.txt is written.\n1 of 1 task done, /);
  expect(await statusOf(desk)).toMatchObject({
    supervisor: { alive: false },
    report: { by: "lead" },
    agents: { total: 2, stopped: 2 },
    tasks: { total: 1, done: 1 },
  });
});

test("run --json is one object a line; where its team's name is taken it gets the next one", async () => {
  const desk = await helloDesk();

  await desk.troupe(["create", "hello"]);
  const { exit, stdout } = await desk.troupe(["run", "-p", "Say hello", "--json"]);

  const lines = stdout
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(exit).toBe(0);
  expect(lines.slice(0, -1).filter((line) => !TimelineOutput.safeParse(line).success)).toEqual([]);
  expect(RunEndOutput.parse(lines.at(-1))).toMatchObject({
    type: "team.done",
    exit: 0,
    tasks: { total: 1, done: 1 },
  });
  expect((await desk.troupe(["status", "--json"])).stdout).toContain('"team": "hello-2"');
});

test("a run that does not come to an end in its time answers 124 and leaves nothing running", async () => {
  const desk = await helloDesk(ENDLESS);

  const { exit, stdout } = await desk.troupe(["run", "-p", "Say hello", "--timeout", "3s"]);

  expect(exit).toBe(124);
  expect(stdout).toContain("timeout");
  expect(await statusOf(desk)).toMatchObject({ supervisor: { alive: false }, tasks: { claimable: 1 } });
});

test("G12 Ctrl-C in run stops the team, then answers 130", async () => {
  const desk = await helloDesk(ENDLESS);
  const run = desk.start(["run", "-p", "Say hello"]);
  await until(() => run.stdout().includes("exec sleep 300"), { within: 10_000 });

  run.child.kill("SIGINT");

  expect(await run.ended).toBe(130);
  expect(await statusOf(desk)).toMatchObject({ supervisor: { alive: false }, agents: { working: 0 } });
});

test("Ctrl-C in up leaves the team running and says how to come back; down ends it", async () => {
  const desk = await helloDesk(ENDLESS);
  const up = desk.start(["up"]);
  await until(() => up.stdout().includes("exec sleep 300"), { within: 10_000 });

  up.child.kill("SIGINT");

  expect(await up.ended).toBe(130);
  expect(up.stderr()).toContain("troupe timeline --follow --team hello");
  // A new team's log begins with its members.
  for (const name of ["lead", "ada"]) expect(up.stdout()).toMatch(new RegExp(` ${name} +joins`));
  expect(await statusOf(desk)).toMatchObject({ supervisor: { alive: true }, tasks: { working: 1 } });
  expect(await desk.troupe(["up", "--detach"])).toMatchObject({
    exit: 5,
    stderr: containing("team hello is running already; nothing was changed"),
  });
  expect(await desk.troupe(["rm", "hello", "--yes"])).toMatchObject({ exit: 5 });
  expect(await desk.troupe(["down", "--timeout", "1s"])).toMatchObject({
    exit: 0,
    stdout: containing("supervisor"),
  });
  expect(await statusOf(desk)).toMatchObject({
    supervisor: { alive: false },
    agents: { stopped: 2 },
    tasks: { claimable: 1 },
  });
  expect(await desk.troupe(["rm", "hello", "--yes"])).toMatchObject({ exit: 0 });
});

test("status says that a supervisor does not answer, and what to do", async () => {
  const desk = await helloDesk(ENDLESS);
  await desk.troupe(["up", "--detach"]);
  const { supervisor } = await statusOf(desk);

  process.kill(Number(supervisor.pid), "SIGSTOP");

  await until(async () => (await statusOf(desk)).warnings.some((text) => text.includes("does not answer")));
  expect((await desk.troupe(["down", "--now"])).exit).toBe(0);
});

test("the log of up ends by itself when the team is stopped from elsewhere", async () => {
  const desk = await helloDesk(ENDLESS);
  const up = desk.start(["up"]);
  await until(() => up.stdout().includes("exec sleep 300"), { within: 10_000 });

  await desk.troupe(["down", "--now"]);

  expect(await up.ended).toBe(0);
});

test("after kill -9 of every process resume brings the team back, and it finishes", async () => {
  const desk = await helloDesk();
  const up = await desk.troupe(["up", "--detach", "--json"]);
  expect(TeamOutput.parse(JSON.parse(up.stdout))).toMatchObject({
    team: "hello",
    running: true,
    members: ["lead", "ada"],
  });
  await until(async () => (await statusOf(desk)).tasks.total === 1, { within: 10_000 });
  const agents = JSON.parse((await desk.troupe(["agent", "list", "--json"])).stdout) as {
    pid: number | null;
  }[];
  const pids = [(await statusOf(desk)).supervisor.pid, ...agents.map(({ pid }) => pid)].filter(
    (pid) => pid !== null,
  );
  expect(pids).toHaveLength(3);

  for (const pid of pids) process.kill(pid, "SIGKILL");
  await until(async () => (await statusOf(desk)).agents.died === 2, { within: 5_000 });
  const doctor = await desk.troupe(["doctor", "--json"]);
  const resumed = await desk.troupe(["resume"]);

  expect(doctor.stdout).toContain("DR024");
  expect(resumed).toMatchObject({ exit: 0 });
  await until(async () => (await statusOf(desk)).report !== null, { within: 15_000 });
  expect(readFileSync(join(desk.project, "hello.txt"), "utf8")).toContain("hello\n");
  expect(await desk.troupe(["resume"])).toMatchObject({ exit: 5 });
  expect(await desk.troupe(["down"])).toMatchObject({ exit: 0 });
});

test("one agent is stopped and brought back while the others go on", async () => {
  const desk = await helloDesk();
  await desk.troupe(["up", "--detach"]);
  await until(async () => (await statusOf(desk)).report !== null, { within: 15_000 });
  const stateOf = async (): Promise<unknown> =>
    JSON.parse((await desk.troupe(["agent", "show", "ada", "--json"])).stdout);

  const killed = await desk.troupe(["agent", "kill", "ada"]);

  expect(killed).toMatchObject({ exit: 0, stdout: matching(/^ada {2}(killed|stopped( by SIGTERM)?)$/m) });
  expect(await stateOf()).toMatchObject({ state: "stopped", pid: null });
  expect(await desk.troupe(["resume", "--only", "ada"])).toMatchObject({ exit: 0 });
  await until(async () => ((await stateOf()) as { state: string }).state === "idle", { within: 10_000 });
  expect((await desk.troupe(["agent", "logs", "ada"])).stdout).toContain("echo hello > hello.txt");
  expect((await desk.troupe(["cost", "--json"])).stdout).toContain('"key": "ada"');
  await desk.troupe(["down"]);
});

test("a member that is spawned while the team runs is started by its supervisor", async () => {
  const desk = await helloDesk(`${HELLO}  bob: [{ say: Nothing to do. }]\n`);
  await desk.troupe(["up", "--detach"]);

  expect(await desk.troupe(["agent", "spawn", "bob"])).toMatchObject({ exit: 0 });

  await until(async () => (await statusOf(desk)).agents.idle === 3, { within: 15_000 });
  await desk.troupe(["down"]);
});

test("a message that is waited for comes back read", async () => {
  const desk = await helloDesk();
  await desk.troupe(["up", "--detach"]);

  const sent = await desk.troupe(["send", "ada", "hello", "--wait", "--timeout", "15s"]);

  expect(sent).toMatchObject({ exit: 0, stdout: containing("read to ada") });
  await desk.troupe(["down"]);
});

test("who died while its settings file is broken is not restarted again and again: people read file and hint", async () => {
  const desk = await helloDesk(ENDLESS);
  await desk.troupe(["up", "--detach", "Say hello"]);
  const ada = async () =>
    AgentList.parse(
      JSON.parse((await desk.troupe(["agent", "list", "--json", "--team", "hello"])).stdout),
    ).find(({ name }) => name === "ada");
  const pid = await until(async () => (await ada())?.pid ?? undefined, { within: 20_000 });
  desk.write(".claude/settings.json", '{ "permissions": { "deny": ["Bash("] } }');

  process.kill(pid, "SIGKILL");

  const inbox = async () => (await desk.troupe(["inbox", "--team", "hello"])).stdout;
  const told = await until(
    async () => {
      const text = await inbox();
      return text.includes("ada was given up") ? text : undefined;
    },
    { within: 20_000 },
  );
  expect(told.replaceAll(/\s+/g, " ")).toContain(
    '.claude/settings.json:1 the rule "Bash(": this is no rule (hint: write Tool or Tool(pattern)); a restart cannot help',
  );
  expect(await ada()).toMatchObject({ state: "died", restarts: 1 });
  await desk.troupe(["down", "--now", "hello"]);
});
