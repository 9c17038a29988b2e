import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemberName, TeamName } from "../../src/protocol/names.ts";
import type { TeamPlan } from "../../src/runtime/team-plan.ts";
import { openWorkspace } from "../../src/runtime/workspace.ts";
import { sendMessage } from "../../src/team/mail.ts";
import { claimTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import { testHost } from "./test-host.ts";

const ADA = MemberName.parse("ada");
const BOB = MemberName.parse("bob");

function planOf(durability: "default" | "power"): TeamPlan {
  const members = [ADA, BOB].map(
    (name) => ({ name, lead: name === ADA, backend: "child", definition: {} }) as const,
  );
  return { name: TeamName.parse("cost"), dir: "/work", settings: { durability }, members, tasks: [] };
}

interface Cost {
  readonly p50: number;
  readonly p99: number;
}

export interface Costs {
  readonly claim: Cost;
  readonly send: Cost;
}

/** What one claim and one letter cost in a team of that durability, in ms, on the disk of the temporary folder. */
export async function costIn(durability: "default" | "power", count: number): Promise<Costs> {
  const configDir = mkdtempSync(join(tmpdir(), "troupe-power-"));
  const workspace = openWorkspace(testHost("cost", { CLAUDE_CONFIG_DIR: configDir }));
  try {
    const team = await workspace.create(planOf(durability));
    const costs = await measure(team, count);
    await team.close();
    return costs;
  } finally {
    rmSync(configDir, { recursive: true });
  }
}

/** Milliseconds of a claim and of a letter, one after the other: nobody shares a sync. */
async function measure(team: Team, count: number): Promise<Costs> {
  const claim: number[] = [];
  const send: number[] = [];
  for (let round = 0; round < count; round++) {
    const made = await createTask(team, ADA, { subject: `task ${round}` });
    if (!made.ok) throw new Error(`refused: ${made.reason.kind}`);
    claim.push(await timed(() => claimTask(team, ADA, made.task.id)));
    send.push(await timed(() => sendMessage(team, ADA, { to: ["bob"], text: "a line of text for bob" })));
  }
  return { claim: costOf(claim), send: costOf(send) };
}

async function timed(job: () => Promise<{ readonly ok: boolean }>): Promise<number> {
  const start = performance.now();
  const { ok } = await job();
  const ms = performance.now() - start;
  if (!ok) throw new Error("it was refused");
  return ms;
}

function costOf(values: readonly number[]): Cost {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 1_000) / 1_000;
  return { p50: at(0.5), p99: at(0.99) };
}
