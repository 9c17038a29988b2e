import { expect, test } from "vitest";
import { BUILDER } from "../../support/cli-rows.ts";
import { fixtureTeam, typeLine } from "../../support/cli-team.ts";
import { containing } from "../../support/cli-world.ts";

test.each([
  "up",
  "run -p x",
  "down",
  "rm parser-build --yes",
  "resume",
  "agent spawn x",
  "agent stop builder",
  "agent kill builder",
  "approve a_1",
  "deny a_1 --note no",
  "doctor --fix",
  "trust --yes",
])("inside an agent troupe %s answers 6", async (line) => {
  const world = await fixtureTeam();

  const { exit, stdout } = await typeLine(world, `${BUILDER} troupe ${line} --json`);

  expect(exit).toBe(6);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "not_for_agents" } });
});

test("an agent of one team is nobody in another", async () => {
  const world = await fixtureTeam();
  await world.type("troupe create other --member builder");

  expect(await typeLine(world, `${BUILDER} troupe task list --team other`)).toMatchObject({
    exit: 6,
    stderr: containing("you are builder of team parser-build; team other is not yours"),
  });
});

test("an agent that is no member is told who is", async () => {
  const world = await fixtureTeam();

  const { exit, stderr } = await typeLine(
    world,
    "TROUPE_TEAM=parser-build TROUPE_AGENT=zoe troupe task list",
  );

  expect(exit).toBe(3);
  expect(stderr).toContain("members: lead, builder, reviewer");
});

test("a shell that joined by hand acts as that member with the variables that join prints", async () => {
  const world = await fixtureTeam();

  const joined = await world.type("troupe join ada --role review");
  const variables = joined.stdout.replaceAll("export ", "").trim().split("\n").join(" ");

  expect(variables).toBe("TROUPE_TEAM=parser-build TROUPE_AGENT=ada");
  expect(await typeLine(world, `${variables} troupe task claim 1`)).toMatchObject({ exit: 0 });
  await world.type("troupe send ada hello");
  expect(await typeLine(world, `${variables} troupe inbox --ack`)).toMatchObject({
    exit: 0,
    stdout: containing("hello"),
  });
  expect(await typeLine(world, `${variables} troupe inbox --unread`)).toMatchObject({ stdout: "" });
  expect((await world.type("troupe task show 1")).stdout).toMatch(/owner +ada/);
});

test("K1 an agent's shell that sends without end is refused at the eleventh message, and the person is not", async () => {
  const world = await fixtureTeam();
  for (let count = 0; count < 10; count++)
    expect(await typeLine(world, `${BUILDER} troupe send reviewer hello`)).toMatchObject({ exit: 0 });

  const refused = await typeLine(world, `${BUILDER} troupe send reviewer hello --json`);

  expect(refused.exit).toBe(6);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: {
      code: "policy",
      message: containing("reviewer had 10 messages within a minute from this sender; nothing was sent"),
      details: { kind: "too_many", what: "pair", to: ["reviewer"] },
    },
  });
  expect(await typeLine(world, `${BUILDER} troupe send lead hello`)).toMatchObject({ exit: 0 });
  expect(await world.type("troupe send reviewer hello")).toMatchObject({ exit: 0 });
});
