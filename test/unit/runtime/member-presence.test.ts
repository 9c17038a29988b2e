// oxlint-disable import/max-dependencies -- everything that a presence is made of
import { expect, onTestFinished, test } from "vitest";
import { ownIdentity } from "../../../src/base/process-identity.ts";
import { createRedactor } from "../../../src/base/redact.ts";
import { InstanceId, MemberName } from "../../../src/protocol/names.ts";
import { createControl, type LifeControl } from "../../../src/runtime/member-control.ts";
import type { MemberJob } from "../../../src/runtime/member-job.ts";
import { type OwnPresence, openPresence } from "../../../src/runtime/member-presence.ts";
import { claimTask, createTask } from "../../../src/team/tasks.ts";
import type { Team } from "../../../src/team/team.ts";
import { noBudget } from "../../support/budgets.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { memberRecord, teamFacts } from "../../support/member-records.ts";
import { until } from "../../support/until.ts";

const ada = MemberName.parse("ada");
const instance = InstanceId.parse("adas-life");

function presenceOf(team: Team, troubles: unknown[] = []): { presence: OwnPresence; control: LifeControl } {
  const job: MemberJob = {
    door: { host: team.host, open: () => Promise.resolve(team) },
    team,
    facts: teamFacts(),
    member: memberRecord("ada"),
    instance,
    source: { kind: "base_url", found: "", baseUrl: null },
    audit: { record: () => Promise.resolve(), close: () => Promise.resolve() },
    redactor: createRedactor([]),
    ...noBudget(),
    clock: () => 0,
    onTrouble: (error) => troubles.push(error),
    limits: {
      send: () => Promise.reject(new Error("nothing is sent here")),
      took: () => undefined,
      worked: () => undefined,
      rested: () => undefined,
    },
    storms: { refused: () => Promise.resolve(), held: () => Promise.resolve() },
  };
  const control = createControl();
  const presence = openPresence(job, { model: () => "scripted", waitsUntil: () => null }, control);
  onTestFinished(() => presence.end(false));
  return { presence, control };
}

test("run.json says which process lives which life, and on what it works", async () => {
  const { team } = await memoryTeam(["ada"]);
  const { presence, control } = presenceOf(team);
  await createTask(team, "user", { subject: "Work" });
  const [task] = [...team.state().tasks.keys()];
  if (task !== undefined) await claimTask(team, ada, task);

  await presence.begin();
  control.dispatch({ type: "ready", unfinished: true });
  presence.count({
    usage: { input: 5, output: 1, cacheRead: 0, cacheWrite: 0, costUsd: null },
    context: { used: 6, max: null },
  });

  const run = await until(async () => {
    const found = await team.store.presence.read(ada);
    return found?.usage.input === 5 ? found : undefined;
  });
  expect(run).toMatchObject({
    ...(await ownIdentity()),
    v: 1,
    instance: "adas-life",
    member: "ada",
    status: "working",
    task,
    model: "scripted",
    context: { used: 6, max: null },
  });
  expect(Date.parse(run.since)).toBeGreaterThan(Date.parse(run.startedAt));
});

test("model calls one after another are shown with the next change, or half a second later, and cost no write each", async () => {
  const { team } = await memoryTeam(["ada"]);
  let writes = 0;
  const { write } = team.store.presence;
  const counted: Team["store"]["presence"]["write"] = (run) => {
    writes++;
    return write(run);
  };
  const store = { ...team.store, presence: { ...team.store.presence, write: counted } };
  const { presence } = presenceOf({ ...team, store });
  await presence.begin();

  for (let input = 1; input <= 20; input++) {
    presence.count({
      usage: { input, output: 1, cacheRead: 0, cacheWrite: 0, costUsd: null },
      context: { used: input, max: null },
    });
    await Promise.resolve();
  }

  await until(async () => (await team.store.presence.read(ada))?.usage.input === 20);
  expect(writes).toBe(2);
});

test("at the end the file is gone, and a late change does not bring it back", async () => {
  const { team } = await memoryTeam(["ada"]);
  const { presence } = presenceOf(team);
  await presence.begin();

  await presence.end(true);
  presence.show();
  await presence.end(true);

  expect(await team.store.presence.read(ada)).toBeUndefined();
});

test("A10 a first run.json that cannot be written is an error: nobody would know of this process", async () => {
  const { team } = await memoryTeam(["ada"]);
  const full = new Error("no space left");
  const store = { ...team.store, presence: { ...team.store.presence, write: () => Promise.reject(full) } };

  await expect(presenceOf({ ...team, store }).presence.begin()).rejects.toBe(full);
});

test("C1 a later one that cannot be written is told and survived", async () => {
  const { team } = await memoryTeam(["ada"]);
  let isFull = false;
  const { write } = team.store.presence;
  const store: Team["store"] = {
    ...team.store,
    presence: {
      ...team.store.presence,
      write: (run) => (isFull ? Promise.reject(new Error("no space left")) : write(run)),
    },
  };
  const troubles: unknown[] = [];
  const { presence, control } = presenceOf({ ...team, store }, troubles);
  await presence.begin();

  isFull = true;
  control.dispatch({ type: "ready", unfinished: false });
  await until(() => troubles.length === 1);
  isFull = false;
  presence.show();

  await until(async () => (await team.store.presence.read(ada))?.status === "idle");
});

test("F2 a displaced life writes nothing more", async () => {
  const { team } = await memoryTeam(["ada"]);
  const { presence, control } = presenceOf(team);
  await presence.begin();

  control.dispatch({ type: "stop", hard: true, why: "displaced" });
  await presence.end(false);

  expect((await team.store.presence.read(ada))?.status).toBe("starting");
});
