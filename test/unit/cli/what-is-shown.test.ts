import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { cellWidth } from "../../../src/cli/cell-width.ts";
import { EntryId, MemberName } from "../../../src/protocol/names.ts";
import { auditPath } from "../../../src/runtime/audit-path.ts";
import { REFUSED_BY_PERSON } from "../../../src/runtime/call-summary.ts";
import { entries, whole as wholeLog } from "../../support/audit-sample.ts";
import { BUILDER } from "../../support/cli-rows.ts";
import { BUILD, builderAsks, fixtureTeam, typeLine, within } from "../../support/cli-team.ts";
import { containing } from "../../support/cli-world.ts";
import { until } from "../../support/until.ts";

test("text comes from stdin for -, and too much of it is refused", async () => {
  const world = await fixtureTeam();

  await world.troupe(["send", "builder", "-"], { stdin: "line one\nline two\n" });
  expect((await world.type("troupe inbox builder")).stdout).toContain("line one\nline two\n");
  await world.troupe(["task", "add", "Docs", "--description", "-"], { stdin: "all of it" });
  expect((await world.type("troupe task show 6")).stdout).toContain("all of it");
  expect(await world.troupe(["send", "builder", "-"], { stdin: "x".repeat(11 * 1024 * 1024) })).toMatchObject(
    {
      exit: 2,
      stderr: containing("stdin has more than"),
    },
  );
});

test("text of others cannot act on the terminal, wherever it is shown", async () => {
  const world = await fixtureTeam();
  const evil = "\u001b]0;owned\u0007\u001b[2Jred\u001b[31m \u202Egnp\r\nerror: forged";
  await world.troupe(["task", "add", evil]);
  await world.troupe(["send", "builder", evil]);
  await typeLine(world, `${BUILDER} troupe send user x`);

  for (const line of ["task list", "task show 6", "inbox builder", "timeline", "status", "agent list"]) {
    const { stdout, stderr } = await world.troupe(line.split(" "), { columns: 80 });
    for (const control of ["\u001b]", "\u001b[2J", "\u0007", "\u202E"])
      expect(stdout + stderr).not.toContain(control);
    expect(stdout).not.toContain("\r");
  }
});

test("the lines of a timeline stand below each other from the first one on", async () => {
  const world = await fixtureTeam();
  await world.type("troupe join a-longer-name");
  await world.type("troupe task claim 1");

  const lines = (await world.type("troupe timeline")).stdout.trimEnd().split("\n");

  expect(new Set(lines.map((line) => /^ *[\d:]+ {2}\S+ +/.exec(line)?.[0].length))).toEqual(new Set([23]));
});

test("a timeline has a word for whatever happened, and tells who was steered", async () => {
  const world = await fixtureTeam();
  for (const order of ["pause builder", "resume builder", "mode builder plan", "interrupt builder"])
    await world.type(`troupe agent ${order}`);

  const { stdout } = await world.type("troupe timeline");

  expect(stdout).toMatch(/ builder +steered {3}is paused\n/);
  expect(stdout).not.toMatch(/[a-z]\.[a-z]/);
});

test("the live log leaves room for user and system before they come", async () => {
  const world = await fixtureTeam();
  await world.type("troupe create a --member x");

  const { stdout } = await world.troupe(["timeline", "--follow", "--team", "a"], {
    during: ({ stdout: shown, signal }) =>
      void until(() => shown().includes("joins")).then(() => signal("SIGINT")),
  });

  expect(stdout).toMatch(/^ {2}0:00 {2}user {4}creates/m);
  expect(stdout).toMatch(/^ {2}0:0\d {2}x {7}joins/m);
});

test("a terminal's width is kept by what is seen, whatever the subjects are written in", async () => {
  const world = await fixtureTeam();
  const subjects = [
    "解析器を書いて全部のテストを通すこと",
    "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀",
    "한국어 문법 검사기와 그 모든 시험",
    "e\u0301".repeat(30),
  ];
  for (const subject of subjects) await world.troupe(["task", "add", subject]);

  const narrow = await world.troupe(["task", "list", "--no-color"], { columns: 60 });
  const piped = await world.type("troupe task list");

  const lines = narrow.stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(10);
  expect(lines.filter((line) => cellWidth(line) > 60)).toEqual([]);
  expect(lines.filter((line) => line.endsWith("…")).length).toBeGreaterThanOrEqual(3);
  // Where it is cut no letter is halved: every line is the beginning of the whole one.
  const whole = piped.stdout.trimEnd().split("\n");
  expect(lines.map((line, index) => whole[index]?.startsWith(line.replace("…", "")))).toEqual(
    lines.map(() => true),
  );
  for (const subject of subjects) expect(piped.stdout).toContain(subject);
});

test("notes and history of a task stand in columns", async () => {
  const world = await fixtureTeam();
  await typeLine(world, `${BUILDER} troupe task note 1 "from builder"`);
  await world.type('troupe task note 1 "from the user"');

  const { stdout } = await world.type("troupe task show 1");

  expect(stdout).toMatch(/^0 s ago {2}builder {2}from builder\n0 s ago {2}user {5}from the user$/m);
  expect(stdout).toMatch(/^0 s ago {2}user {5}created\n0 s ago {2}builder {2}noted/m);
});

test("colours are for terminals, and NO_COLOR and --no-color end them", async () => {
  const world = await fixtureTeam();
  const colored = "\u001b[3";

  expect((await world.type("troupe task list")).stdout).not.toContain(colored);
  expect((await world.type("troupe task list", { columns: 80 })).stdout).toContain(colored);
  expect(
    (await world.type("troupe task list", { columns: 80, env: { NO_COLOR: "1" } })).stdout,
  ).not.toContain(colored);
  expect((await world.type("troupe task list --no-color", { columns: 80 })).stdout).not.toContain(colored);
  expect((await world.type("troupe task list", { columns: 80, env: { TERM: "dumb" } })).stdout).not.toContain(
    colored,
  );
  expect((await world.type("troupe task list", { env: { FORCE_COLOR: "1" } })).stdout).toContain(colored);
});

test("--quiet leaves the words away, not the data and not the errors", async () => {
  const world = await fixtureTeam();

  expect(await world.type("troupe task claim 1 --quiet")).toEqual({
    exit: 0,
    stdout: "claimed #1 Lexer\n",
    stderr: "",
  });
  expect((await world.type("troupe task claim 1 --quiet")).stderr).toContain("error:");
});

test("the timeline tells what was accepted, what was said, and nothing that is void", async () => {
  const world = await fixtureTeam();
  await typeLine(world, `${BUILDER} troupe task claim 1`);
  await world.type("troupe task claim 1");
  await world.type("troupe send @all hello");

  const items = JSON.parse((await world.type("troupe timeline --json")).stdout) as {
    type: string;
    agent: string;
  }[];

  expect(items.filter(({ type }) => type === "task.claimed")).toEqual([
    expect.objectContaining({ agent: "builder", task: "1", text: "#1 Lexer" }),
  ]);
  expect(items.filter(({ type }) => type === "message.sent")).toEqual([
    expect.objectContaining({ agent: "user", text: "hello", to: ["lead", "builder", "reviewer"] }),
  ]);
  expect((await world.type("troupe timeline --agent builder --kind task")).stdout).toMatch(
    /builder +claims +#1 Lexer/,
  );
  expect((await world.type("troupe timeline --since 1ms --kind task")).stderr).toContain("nothing happened");
});

test("down tells where the audit logs end by the first digits of a hash, with --json by all of them", async () => {
  const world = await fixtureTeam();
  const hash = entries.at(-1)?.hash ?? "";
  await within(world, (team) => {
    const path = auditPath(team, MemberName.parse("builder"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wholeLog);
    return Promise.resolve();
  });

  const { stderr } = await world.troupe(["down", "--now"]);
  const { stdout } = await world.troupe(["down", "--now", "--json"]);

  expect(stderr).toContain(`audit log of builder ends at entry 6 ${hash.slice(0, 12)}\n`);
  expect(JSON.parse(stdout)).toMatchObject({ audit: [{ name: "builder", seq: 6, hash }] });
});

test("a person's no goes by once: as the answer, and as the denial where answers are left out", async () => {
  const world = await fixtureTeam();
  await builderAsks(world, BUILD);
  await world.type('troupe deny a_1 --note "use make"');
  await within(world, async ({ host, store }) => {
    const reasons = [`${REFUSED_BY_PERSON} They say: use make`, "The rule Bash(rm *) denies it."];
    for (const [at, reason] of reasons.entries())
      await store.agentLog(MemberName.parse("builder"), "events").append({
        id: EntryId.parse(`life01.${at + 1}`),
        at: new Date(host.now()).toISOString(),
        task: null,
        event: { type: "tool_denied", id: `t${at}`, name: "Bash", reason },
      });
  });
  const follow = async (...options: readonly string[]): Promise<string> => {
    const { stdout } = await world.troupe(["timeline", "--follow", "--tools", ...options], {
      during: (running) =>
        void until(() => running.stdout().includes("rm *")).then(() => running.signal("SIGINT")),
    });
    return stdout;
  };

  const all = await follow();
  expect(all).toMatch(/user +denies +a_1 builder Bash: npm run build: use make/);
  expect(all.match(/ denied /g)).toHaveLength(1);
  expect((await follow("--agent", "builder")).match(/ denied /g)).toHaveLength(2);
});
