import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { MemberName, TeamName } from "../../src/protocol/names.ts";
import { readMailbox, sendMessage } from "../../src/team/mail.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import type { Team } from "../../src/team/team.ts";
import { checkTeam, deliveryMs } from "./chaos-check.ts";
import { type ChaosWorld, chaosWorld } from "./chaos-world.ts";
import { type SoakSample, sampleTeam } from "./soak-sample.ts";
import { SOAK_OVER, soakScript, tasksFor } from "./soak-script.ts";
import { until } from "./until.ts";

const NAME = TeamName.parse("soak");
/** Nobody gives them work: what they hold must not grow but by what they hear. */
const LISTENERS = ["lead", "ear1", "ear2"];
const PROBE_MS = 10_000;

export interface SoakPlan {
  readonly agents: number;
  readonly minutes: number;
  readonly sampleMs: number;
}

export interface SoakRun {
  readonly samples: readonly SoakSample[];
  readonly violations: ReturnType<typeof checkTeam>;
  /** By sender: what `user` sent went to listeners who were idle. */
  readonly delivery: readonly { readonly minutes: number; readonly ms: number; readonly isProbe: boolean }[];
  readonly modelCalls: number;
  readonly workers: readonly string[];
  readonly listeners: readonly string[];
}

/** A team that talks for so long, looked at all the while, brought to rest, stopped and checked. */
export async function soak({ agents, minutes, sampleMs }: SoakPlan): Promise<SoakRun> {
  const workers = Array.from({ length: agents }, (_, index) => `w${index + 1}`);
  const world = await chaosWorld({ script: soakScript(workers) });
  world.writeTeam("team.json", {
    name: NAME,
    members: [
      ...LISTENERS.map((name) => ({ name, ...(name === "lead" ? {} : { role: "ear" }) })),
      ...workers.map((name) => ({ name, role: "talk" })),
    ],
    tasks: Array.from({ length: tasksFor(agents, minutes) }, (_, index) => ({
      subject: `Talk ${index + 1}`,
      role: "talk",
    })),
  });
  await type(world, "up", "-f", "team.json", "--detach");
  const team = await world.workspace.open(NAME);
  const teamDir = join(world.config, "teams", NAME);
  try {
    await until(async () => (await world.processes()).length === agents + LISTENERS.length + 1, {
      within: 120_000,
      every: 250,
      what: "everybody is there",
    });
    const { now } = world.workspace.host;
    const beganMs = now();
    const end = performance.now() + minutes * 60_000;
    const samples: SoakSample[] = [];
    const probing = probe(team, end);
    while (performance.now() < end) {
      samples.push(await sampleTeam(world, teamDir, (now() - beganMs) / 60_000));
      await pause(Math.min(sampleMs, Math.max(0, end - performance.now())));
    }
    const acknowledged = await probing;
    await rest(team, workers);
    const { calls, refused } = await world.model.seen();
    await type(world, "down", NAME);

    await team.readOn();
    const fresh = await world.workspace.open(NAME);
    const hashes = [
      { who: "the follower", hash: stateHash(team.state()) },
      { who: "a new process", hash: stateHash(fresh.state()) },
    ];
    await fresh.close();
    const members = [...LISTENERS, ...workers];
    const violations = checkTeam(teamDir, {
      members,
      acknowledged,
      hashes,
      processes: await world.everything(),
      kills: 0,
      wasFull: () => false,
      hadFullDisk: false,
      refused,
    });
    const delivery = deliveryMs(teamDir, members, () => true).map(({ atMs, ms, from }) => ({
      minutes: (atMs - beganMs) / 60_000,
      ms,
      isProbe: from === "user",
    }));
    return { samples, violations, delivery, modelCalls: calls, workers, listeners: LISTENERS };
  } finally {
    await world.troupe(["down", NAME, "--now"]);
    await team.close();
  }
}

async function type(world: ChaosWorld, ...argv: readonly string[]): Promise<void> {
  const { exit, stderr } = await world.troupe(argv);
  expect(`${argv[0]}: ${exit} ${stderr}`).toMatch(/: 0 /);
}

/** A message to each listener every few seconds: it wakes one who is idle, so its way is troupe's alone. */
async function probe(
  team: Team,
  end: number,
): Promise<readonly { readonly log: string; readonly id: string }[]> {
  const acknowledged: { log: string; id: string }[] = [];
  for (let number = 1; performance.now() < end; number++) {
    const sent = await sendMessage(team, "user", { to: LISTENERS, text: `Probe ${number}.` });
    if (sent.ok) acknowledged.push(...sent.messages.map(({ to, id }) => ({ log: `mail/${to}`, id })));
    await pause(Math.min(PROBE_MS, Math.max(0, end - performance.now())));
  }
  return acknowledged;
}

/** No task is left, nobody works, and everything that was sent has been heard. */
async function rest(team: Team, workers: readonly string[]): Promise<void> {
  for (const { id, status } of (await team.readOn()).tasks.values())
    if (status === "pending") await team.commit({ op: "delete", by: "user", task: id });
  await sendMessage(team, "user", { to: workers, text: SOAK_OVER });
  const members = [...LISTENERS, ...workers].map((name) => MemberName.parse(name));
  await until(
    async () => {
      const working = [...(await team.readOn()).tasks.values()].filter(
        ({ status }) => status === "in_progress",
      );
      if (working.length > 0) return false;
      for (const name of members)
        if ((await readMailbox(team, name)).some(({ state }) => state !== "read")) return false;
      return true;
    },
    { within: 300_000, every: 1_000, what: "everything is heard and nobody works" },
  );
}
