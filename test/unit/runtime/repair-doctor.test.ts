import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { InstanceId, MemberName, TaskId } from "../../../src/protocol/names.ts";
import { repairTeam } from "../../../src/runtime/repair.ts";
import { sendMessage } from "../../../src/team/mail.ts";
import { must, runFile } from "../../fixtures/agent-stand-in-memory.ts";
import { containing } from "../../support/cli-world.ts";
import { consult } from "../../support/doctor.ts";
import { makeOld, PLANTS } from "../../support/sick-plants.ts";
import { healthyTeam } from "../../support/sick-team.ts";

const ADA = MemberName.parse("ada");

const fixing = { fixing: true };

test("a healthy team is clean, and the look changes nothing", async () => {
  const team = await healthyTeam();
  const before = contentsOf(team.paths.root);

  expect(await consult(team)).toMatchObject({ exit: 0, findings: [], repairs: [] });
  expect(contentsOf(team.paths.root)).toEqual(before);
  expect(await consult(team, fixing)).toMatchObject({ exit: 0, findings: [], repairs: [] });
});

const plants = Object.entries(PLANTS);

test.each(plants.filter(([, { stays }]) => !stays))(
  "%s is told, and repaired once",
  async (_, { id, plant }) => {
    const team = await healthyTeam();
    await plant(team);
    const before = contentsOf(team.configDir);

    const looked = await consult(team);
    const untouched = contentsOf(team.configDir);
    const fixed = await consult(team, fixing);
    const again = await consult(team, fixing);

    // Exactly it: nothing else is said of a team that has one thing wrong.
    expect(looked).toMatchObject({ exit: 1, ids: [id], repairs: [] });
    expect(looked.findings[0]?.fix).not.toBeNull();
    expect(untouched).toEqual(before);
    expect(fixed).toMatchObject({ exit: 0, repairs: [{ id, done: true }] });
    // That somebody died is told as a thing to know.
    expect(again).toMatchObject({ exit: 0, repairs: [] });
    expect(again.ids.filter((left) => left !== "DR028")).toEqual([]);
  },
);

test.each(plants.filter(([, { stays }]) => stays))(
  "%s is told, and left to a person",
  async (_, { id, plant }) => {
    const team = await healthyTeam();
    await plant(team);
    const before = contentsOf(team.configDir);

    const looked = await consult(team);
    const fixed = await consult(team, fixing);

    expect([...new Set(looked.ids)]).toEqual([id]);
    expect(looked.findings[0]?.fix).toBeNull();
    expect(looked.exit).toBe(looked.findings[0]?.severity === "note" ? 0 : 1);
    expect(fixed).toMatchObject({ exit: looked.exit, ids: looked.ids, repairs: [] });
    expect(contentsOf(team.configDir)).toEqual(before);
  },
);

test("L8 no other user may read what a team keeps; what was loosened is told and tightened", async () => {
  const team = await healthyTeam();
  const modes = (): readonly string[] =>
    [...contentsOf(join(team.configDir, "teams")).values()].map((text) => text.split(" ")[0] ?? "");
  const made = modes();
  chmodSync(team.paths.mail, 0o755);
  chmodSync(team.paths.cursor(ADA), 0o666);
  chmodSync(join(team.configDir, "teams"), 0o750);

  const { findings } = await consult(team);
  const fixed = await consult(team, fixing);

  expect([...new Set(made)].toSorted()).toEqual(["100600", "40700"]);
  expect(findings.map(({ id, details }) => [id, ...details])).toEqual([
    ["DR010"],
    ["DR010", "mail", "mail/ada/cursor.json"],
  ]);
  expect(fixed).toMatchObject({ exit: 0, repairs: [{ done: true }, { done: true }] });
  expect(modes()).toEqual(made);
  expect(statSync(join(team.configDir, "teams")).mode & 0o777).toBe(0o700);
});

test("files of a peer in the same folder keep the modes that it gave them", async () => {
  const team = await healthyTeam();
  const inboxes = join(team.paths.root, "inboxes");
  mkdirSync(inboxes);
  chmodSync(inboxes, 0o755);
  writeFileSync(join(inboxes, "ada.json"), "[]", { mode: 0o644 });

  const fixed = await consult(team, fixing);

  expect(fixed).toMatchObject({ exit: 0, ids: [] });
  expect(statSync(join(inboxes, "ada.json")).mode & 0o777).toBe(0o644);
  expect(statSync(inboxes).mode & 0o777).toBe(0o755);
});

test("M8 M21 what is set aside is kept under corrupt/, for its owner alone, the last twenty", async () => {
  const team = await healthyTeam();
  mkdirSync(team.paths.corrupt, { mode: 0o700 });
  for (let day = 10; day < 35; day++)
    writeFileSync(join(team.paths.corrupt, `mail-ada-cursor.json.202611${day}T120000Z.0123abcd`), "x", {
      mode: 0o600,
    });
  writeFileSync(team.paths.cursor(ADA), "garbage", { mode: 0o600 });

  await consult(team, fixing);

  const kept = readdirSync(team.paths.corrupt);
  const name = kept.find(
    (one) => /^mail-ada-cursor\.json\.\d{8}T\d{6}Z\.[0-9a-f]{8}$/.test(one) && !one.endsWith("0123abcd"),
  );
  expect(kept).toHaveLength(20);
  expect(kept).not.toContain("mail-ada-cursor.json.20261110T120000Z.0123abcd");
  const path = join(team.paths.corrupt, name ?? "");
  expect(readFileSync(path, "utf8")).toBe("garbage");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("M1 a torn line is told with its place, its size, its cause and its writer", async () => {
  const team = await healthyTeam();
  const journal = join(team.paths.journal, "1.jsonl");
  const { size } = statSync(journal);
  const writer = await team.within(async (one) => one.nextId().split(".")[0]);
  const known = /"id":"([^"]+)\.\d+"[^\n]*"op":"create"/.exec(readFileSync(journal, "utf8"))?.[1];
  const line = `{"v":1,"id":"${known}.77","op":"cl`;
  writeFileSync(journal, `\n${line}\n`, { flag: "a" });

  const [finding] = (await consult(team)).findings;

  expect(writer).not.toBe(known);
  expect(finding?.details).toEqual([
    `journal/1.jsonl byte ${size + 1}: ${line.length} bytes, cut short; written by user (${known})`,
  ]);
});

test("beside a living supervisor --fix does what is safe and leaves the rest to it", async () => {
  const team = await healthyTeam();
  const instance = InstanceId.parse("supervisor1");
  await PLANTS["A6 a member that died with a task"]?.plant(team);
  await PLANTS["C12 a temporary file of a dead writer"]?.plant(team);
  await team.within(async (one) => {
    await must(one, { op: "lease", by: "system", instance, pid: process.pid });
    await one.store.presence.write(runFile(one, null, instance, await ownIdentity()));
  });

  const { exit, repairs } = await consult(team, fixing);

  expect(exit).toBe(1);
  expect(repairs).toMatchObject([
    { id: "DR040", done: true },
    { id: "DR024", done: false, text: containing(`(pid ${process.pid}) lives and does this`) },
  ]);
  await team.within(async (one) => {
    expect(one.state().tasks.get(TaskId.parse("2"))).toMatchObject({ owner: "ada", deaths: 0 });
  });
});

test("a supervisor at its start repairs the same: doctor finds nothing but what it told of the folder", async () => {
  const team = await healthyTeam();
  for (const title of [
    "A6 a member that died with a task",
    "C12 a temporary file of a dead writer",
    "M6 the same in a mailbox",
  ])
    await PLANTS[title]?.plant(team);

  const lines = await team.within((one) => repairTeam(team.configDir, one));

  expect(lines).toEqual([
    "ada: its process was gone; its tasks are free",
    "removed 1 temporary file",
    "sealed mail/ada/1.jsonl",
  ]);
  expect(await consult(team)).toMatchObject({ exit: 0, ids: ["DR028"] });
});

test("M8 a supervisor that began with a snapshot that says something else does not go on", async () => {
  const team = await healthyTeam();
  await PLANTS["M8 a snapshot that says something else than the journal"]?.plant(team);

  const start = team.within((one) => repairTeam(team.configDir, one));

  await expect(start).rejects.toMatchObject({ code: "failed", hint: containing("troupe doctor --fix") });
  await consult(team, fixing);
  expect(await team.within((one) => repairTeam(team.configDir, one))).toEqual([]);
});

test("two at once do no harm: a release counts once", async () => {
  const team = await healthyTeam();
  for (const { plant, stays } of Object.values(PLANTS)) if (!stays) await tolerant(() => plant(team));

  const both = await Promise.all([consult(team, fixing), consult(team, fixing)]);
  const after = await consult(team, fixing);

  expect(both.flatMap(({ repairs }) => repairs.filter(({ done }) => !done))).toEqual([]);
  expect(after.repairs).toEqual([]);
  await team.within(async (one) => {
    expect(one.state().tasks.get(TaskId.parse("2"))?.deaths ?? 0).toBeLessThanOrEqual(1);
  });
});

test("D8 a body that a message, a transcript or a line in progress may name stays, and so does a young one", async () => {
  const team = await healthyTeam();
  const long = "x".repeat(300_000);
  const young = await team.within(async (one) => {
    await sendMessage(one, "user", { to: ["ada"], text: long });
    const body = await one.store.bodies.put("of a transcript");
    await one.store.agentLog(ADA, "transcript").append({ id: one.nextId(), body });
    return one.store.bodies.put("young");
  });
  const names = readdirSync(team.paths.bodies);
  for (const name of names) if (name !== young) makeOld(join(team.paths.bodies, name));

  expect(await consult(team, fixing)).toMatchObject({ exit: 0, ids: [] });
  expect(readdirSync(team.paths.bodies)).toEqual(names);
});

/** Damage upon damage: what a former one made impossible is passed over. */
async function tolerant(plant: () => Promise<void> | void): Promise<void> {
  try {
    await plant();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Every file below, with its bytes and its mode. */
function contentsOf(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => {
        const { mode } = statSync(path);
        return [
          path,
          `${mode.toString(8)} ${statSync(path).isFile() ? readFileSync(path, "latin1") : "folder"}`,
        ];
      }),
  );
}
