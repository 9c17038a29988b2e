import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { TeamName } from "../../src/protocol/names.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { checkTeam, deliveryMs } from "./chaos-check.ts";
import { SOAK_PROGRAM } from "./chaos-processes.ts";
import { type ChaosWorld, chaosWorld } from "./chaos-world.ts";
import { type SoakSample, sampleTeam, whenThere } from "./soak-sample.ts";
import { soakScript, tasksFor } from "./soak-script.ts";
import { endTalk, LISTENERS, probe } from "./soak-talk.ts";
import { tempFolder } from "./temp-folder.ts";

const NAME = TeamName.parse("soak");

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
}

/** A team that talks for so long, looked at all the while, brought to rest, stopped and checked. */
export async function soak({ agents, minutes, sampleMs }: SoakPlan): Promise<SoakRun> {
  const workers = Array.from({ length: agents }, (_, index) => `w${index + 1}`);
  const heaps = tempFolder();
  const world = await chaosWorld({
    script: soakScript(workers),
    program: SOAK_PROGRAM,
    env: { TROUPE_SOAK: heaps },
  });
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
    await whenThere(world, agents + LISTENERS.length + 1);
    const { now } = world.workspace.host;
    const beganMs = now();
    const end = performance.now() + minutes * 60_000;
    const samples: SoakSample[] = [];
    const probing = probe(team, end);
    while (performance.now() < end) {
      samples.push(await sampleTeam(world, { teamDir, heaps }, (now() - beganMs) / 60_000));
      await pause(Math.min(sampleMs, Math.max(0, end - performance.now())));
    }
    const acknowledged = await probing;
    await endTalk(team, workers);
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
    return { samples, violations, delivery, modelCalls: calls, workers };
  } finally {
    await world.troupe(["down", NAME, "--now"]);
    await team.close();
  }
}

async function type(world: ChaosWorld, ...argv: readonly string[]): Promise<void> {
  const { exit, stderr } = await world.troupe(argv);
  expect(`${argv[0]}: ${exit} ${stderr}`).toMatch(/: 0 /);
}
