import { setTimeout as pause } from "node:timers/promises";
import { stateHash } from "../../src/team/state-hash.ts";
import { type Act, chaosActs, ODD } from "./chaos-acts.ts";
import { checkTeam } from "./chaos-check.ts";
import { chaosFigures } from "./chaos-figures.ts";
import { type ForeignDone, foreignPeers } from "./chaos-foreign.ts";
import { watchHeld } from "./chaos-held.ts";
import { chanceOf } from "./chaos-random.ts";
import { askAll, bringToRest, everybodyIsThere, tend } from "./chaos-rest.ts";
import { chaosScript } from "./chaos-script.ts";
import { openSiege, type Siege, TEAM } from "./chaos-siege.ts";
import { chaosWorld } from "./chaos-world.ts";

export interface ChaosPlan {
  /** With the lead. */
  readonly agents: number;
  readonly seconds: number;
  readonly seed: number;
  readonly diskMb: number;
  /** Between two acts, on the average, in ms. */
  readonly paceMs: number;
  readonly longestStopMs: number;
  readonly delayMs: number;
  readonly hangs: boolean;
  readonly hasSecondTeam: boolean;
  /** A task of a killed agent that is not free by then is a broken promise, in ms. */
  readonly rescueLimitMs: number;
  readonly restWithinMs: number;
}

export interface ChaosRun {
  readonly violations: readonly { readonly invariant: number | string; readonly what: string }[];
  readonly figures: Readonly<Record<string, unknown>>;
  /** What happened, in order. */
  readonly diary: readonly string[];
}

/** A team under fire for so long; then brought to rest, asked, stopped and checked. */
export async function chaos(plan: ChaosPlan): Promise<ChaosRun> {
  const workers = [...Array.from({ length: plan.agents - 2 }, (_, index) => `a${index + 1}`), ODD];
  const members = ["lead", ...workers];
  const chance = chanceOf(plan.seed);
  const world = await chaosWorld({ script: chaosScript({ ...plan, workers }), diskMb: plan.diskMb });
  const tools = ["Read", "Write", "Edit", "Bash"];
  world.writeTeam("team.json", {
    name: TEAM,
    members: members.map((name) => ({ name, tools })),
    tasks: Array.from({ length: Math.ceil((plan.agents * plan.seconds) / 10) }, (_, index) => ({
      subject: `Thing ${index + 1}`,
    })),
  });
  world.writeTeam("second.json", {
    name: "second",
    members: ["lead", "b1", "b2"].map((name) => ({ name, tools })),
    tasks: Array.from({ length: 50 }, (_, index) => ({ subject: `Small thing ${index + 1}` })),
  });
  for (const team of plan.hasSecondTeam ? ["team", "second"] : ["team"]) {
    const { exit, stderr } = await world.troupe(["up", "-f", `${team}.json`, "--detach"]);
    if (exit !== 0) throw new Error(`up ${team}: ${stderr}`);
  }
  const siege = await openSiege(world, chance, members);
  const peers = foreignPeers(3, world.config, TEAM);
  try {
    await everybodyIsThere(siege);
    const held = watchHeld(siege);
    await rage(siege, plan);
    await bringToRest(siege, plan.restWithinMs);
    const answers = await askAll(siege, plan.restWithinMs);
    const most = await held.stop();
    const { calls, refused } = await world.model.seen();
    const foreign = await peers.end();
    const hashes = await endAll(siege, plan);
    const violations = [
      ...checkTeam(siege.teamDir, {
        members,
        acknowledged: siege.acknowledged,
        hashes,
        processes: await world.everything(),
        kills: siege.kills(),
        hadFullDisk: siege.fullDisk.length > 0,
        wasFull: ({ atMs, instance }) =>
          siege.odd.has(instance) ||
          siege.fullDisk.some(([from, to]) => atMs >= from - 5_000 && atMs <= to + 5_000),
        refused,
      }),
      ...answers.map((what) => ({ invariant: 4, what })),
      ...siege.seen.map((what) => ({ invariant: "seen", what })),
      ...siege.rescues.late(plan.rescueLimitMs).map((what) => ({ invariant: "P5", what })),
      ...ofPeers(foreign, siege.fullDisk.length > 0).map((what) => ({ invariant: "P7", what })),
    ];
    const figures = {
      agents: plan.agents,
      seconds: plan.seconds,
      seed: plan.seed,
      ...chaosFigures(siege, { calls, foreign, most }),
    };
    return { violations, diary: siege.diary, figures };
  } catch (error) {
    siege.note(`the run broke off: ${String(error)}`);
    process.stdout.write(`${siege.diary.join("\n")}\n`);
    throw error;
  } finally {
    await siege.everybodyGoesOn();
    for (const team of [TEAM, "second"]) await world.troupe(["down", team, "--now"]);
    await siege.close();
  }
}

/** Act after act until the time is over; what takes its time goes on beside the next. */
async function rage(siege: Siege, plan: ChaosPlan): Promise<void> {
  const acts = chaosActs(plan);
  const total = acts.reduce((sum, { weight }) => sum + weight, 0);
  const under: Set<Promise<void>> = new Set();
  let isHeavy = false;
  const begin = async (act: Act): Promise<void> => {
    siege.count(act.name);
    try {
      await act.run(siege);
    } catch (error) {
      siege.seen.push(`${act.name}: ${String(error)}`);
    }
    if (act.isHeavy) isHeavy = false;
  };
  const end = performance.now() + plan.seconds * 1_000;
  let tendedAt = 0;
  while (performance.now() < end) {
    if (performance.now() - tendedAt > 4_000 && !isHeavy) {
      tendedAt = performance.now();
      await tend(siege);
    }
    let at = siege.chance.next() * total;
    const act = acts.find(({ weight }) => (at -= weight) < 0);
    if (act && under.size < 6 && !(act.isHeavy && isHeavy)) {
      if (act.isHeavy) isHeavy = true;
      const running: Promise<void> = begin(act).finally(() => under.delete(running));
      under.add(running);
    }
    await pause(siege.chance.between(0, 2 * plan.paceMs));
  }
  await Promise.all(under);
}

/** P6, and what everybody who followed has folded to. */
async function endAll(
  siege: Siege,
  plan: ChaosPlan,
): Promise<readonly { readonly who: string; readonly hash: string }[]> {
  const { world, team } = siege;
  for (const name of plan.hasSecondTeam ? [TEAM, "second"] : [TEAM]) {
    const { exit, stderr } = await siege.type("down", name);
    if (exit !== 0) siege.seen.push(`down ${name}: ${exit} ${stderr}`);
  }
  await team.readOn();
  const fresh = await world.workspace.open(TEAM);
  const hashes = [
    { who: "the follower", hash: stateHash(team.state()) },
    { who: "a new process, from the snapshot,", hash: stateHash(fresh.state()) },
  ];
  await fresh.close();
  return hashes;
}

/** Whatever they lose among themselves is theirs; an error of the file system that we could have caused is not. */
function ofPeers({ errors }: ForeignDone, hadFullDisk: boolean): readonly string[] {
  return errors
    .filter((error) => !(hadFullDisk && error.startsWith("ENOSPC")))
    .map((error) => `a foreign peer met ${error}`);
}
