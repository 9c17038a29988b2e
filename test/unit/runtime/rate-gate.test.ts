import { expect, onTestFinished, test } from "vitest";
import { LONGEST_RETRY_MS } from "../../../src/agent/retry-wait.ts";
import { rateKey } from "../../../src/runtime/model-source.ts";
import { type OwnRateGate, openRateGate } from "../../../src/runtime/rate-gate.ts";
import { readMailbox } from "../../../src/team/mail.ts";
import type { Team } from "../../../src/team/team.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { memberRecord } from "../../support/member-records.ts";
import { until } from "../../support/until.ts";

const KEY = "0123456789abcdef";

function gateOf(team: Team, name: string, key = KEY): OwnRateGate {
  const gate = openRateGate(
    {
      team,
      member: memberRecord(name),
      clock: () => performance.now(),
      onTrouble: (error) => {
        throw error;
      },
    },
    key,
  );
  onTestFinished(gate.close);
  return gate;
}

const patient = new AbortController().signal;

async function waitOf(gate: OwnRateGate, signal = patient): Promise<number> {
  const started = performance.now();
  await gate.wait(signal);
  return performance.now() - started;
}

/** How often a wait was written down, in the order of the journal. */
function heard(team: Team): string[] {
  const keys: string[] = [];
  onTestFinished(
    team.subscribe(({ entry }) => {
      if (entry.op === "backoff") keys.push(entry.key);
    }),
  );
  return keys;
}

test("I1 what one member is told by the server, all with its key wait for, and nobody else", async () => {
  const { team, view } = await memoryTeam(["ada", "bob", "cyd"]);
  const ada = gateOf(team, "ada");
  const bob = gateOf(await view("bob"), "bob");
  const stranger = gateOf(await view("cyd"), "cyd", "f".repeat(16));
  expect(await waitOf(bob)).toBeLessThan(400);

  ada.limited(600);
  await until(() => team.state().team?.backoffs?.[0]);
  const late = gateOf(await view("late"), "ada");
  const [own, others, foreign, later] = await Promise.all(
    [ada, bob, stranger, late].map((one) => waitOf(one)),
  );

  expect(team.state().team?.backoffs).toMatchObject([{ key: KEY }]);
  expect(own).toBeGreaterThan(300);
  expect(others).toBeGreaterThan(200);
  expect(later).toBeGreaterThan(200);
  expect(foreign).toBeLessThan(200);
});

test("I1 eight members who are refused in the same moment write one entry, or two, not eight", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `member${index}`);
  const { team, view } = await memoryTeam(names);
  const keys = heard(team);
  const gates = [];
  for (const name of names) gates.push(gateOf(await view(`${name}-${name.repeat(2)}`), name));

  for (const gate of gates) for (const ms of [3_000, 3_000, 2_900]) gate.limited(ms);
  for (const gate of gates) await until(() => gate.waitsUntil() === null);
  await until(async () => (await team.readOn()).team?.backoffs !== undefined);
  await Promise.all(gates.map((gate) => gate.close()));
  await team.readOn();

  expect(keys.length).toBeLessThanOrEqual(2);
});

test("I1 a server that wants to be left alone for three days is tried again after ten minutes, and a person is told once", async () => {
  const { team } = await memoryTeam(["lead", "ada"]);
  const gate = gateOf(team, "ada");
  const stop = new AbortController();

  gate.limited(3 * 86_400_000);
  const told = await until(async () => (await readMailbox(team, "user"))[0]?.message);
  const waiting = gate.wait(stop.signal);
  const waitsUntil = await until(() => gate.waitsUntil());
  stop.abort();
  await waiting;
  gate.limited(2 * 86_400_000);
  await gate.close();

  expect(Date.parse(waitsUntil) - team.host.now()).toBeGreaterThan(LONGEST_RETRY_MS - 10_000);
  expect(Date.parse(waitsUntil) - team.host.now()).toBeLessThan(LONGEST_RETRY_MS + 20_000);
  expect(told).toMatchObject({ from: "ada", kind: "system" });
  expect(told.text).toBe(
    "The model's server lets nothing more through and asks to be left alone for 4320 minutes; one member tries again after 10. Everybody who uses this key waits; nothing is lost, and nothing has to be done.",
  );
  expect(await readMailbox(team, "user")).toHaveLength(1);
  expect(gate.waitsUntil()).toBeNull();
});

test.each([
  ["a clock that was a day ahead", 86_400_000],
  ["a clock that was a day behind", -86_400_000],
])("I1 B4 a wait that %s has written down is no longer than it was meant", async (_, byMs) => {
  const { team, view } = await memoryTeam(["ada", "bob"]);
  const strange = await view("bob");
  const odd: Team = { ...strange, host: { ...strange.host, now: () => team.host.now() + byMs } };
  const at = odd.host.now();
  await strange.store.journal.append({
    op: "backoff",
    v: 1,
    id: strange.nextId(),
    by: memberRecord("bob").name,
    at: new Date(at).toISOString(),
    key: KEY,
    until: new Date(at + 300).toISOString(),
  });
  await team.readOn();

  expect(await waitOf(gateOf(team, "ada"))).toBeLessThan(1_500);
});

test("I1 a time that is none holds nobody", async () => {
  const { team } = await memoryTeam(["ada", "bob"]);
  await team.commit({ op: "backoff", by: memberRecord("bob").name, key: KEY, until: "next week" });

  expect(await waitOf(gateOf(team, "ada"))).toBeLessThan(200);
});

test("who shares a limit is known by address and key, and neither can be read from it", () => {
  const env = { ANTHROPIC_API_KEY: "sk-ant-secret" };
  const source = { kind: "api_key", found: "ANTHROPIC_API_KEY", baseUrl: null } as const;

  const key = rateKey({ env }, source);

  expect(key).toMatch(/^[0-9a-f]{16}$/);
  expect(rateKey({ env }, source)).toBe(key);
  expect(rateKey({ env }, { ...source, baseUrl: "http://localhost:1" })).not.toBe(key);
  expect(rateKey({ env: { ANTHROPIC_API_KEY: "other" } }, source)).not.toBe(key);
});
