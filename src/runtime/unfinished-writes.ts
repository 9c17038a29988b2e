import { z } from "zod";
import type { Turn } from "../agent/loop-deps.ts";
import { removeUnfinished } from "../agent/tools/unfinished.ts";
import { TroupeError } from "../base/errors.ts";
import { identityOf, liveness } from "../base/process-identity.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { lostSubagents } from "./subagent-resume.ts";
import { openTranscript } from "./transcript.ts";

const Changing = z.looseObject({
  type: z.literal("tool_use"),
  name: z.enum(["Write", "Edit"]),
  input: z.looseObject({ file_path: z.string() }),
});

/**
 * P6: a life that was killed in the middle of Write or Edit leaves a temporary file in the project, where nobody else
 * would look for it. The calls at the end of its transcript tell where. The caller has proof that the life is over.
 */
export async function sweepUnfinishedWrites(team: Team, { name, life, definition }: Member): Promise<void> {
  // Who wrote its own end has finished what it was writing.
  if (life?.ended) return;
  const dir = definition.dir ?? team.state().team?.dir;
  if (dir === undefined) return;
  const transcript = await openTranscript(team, name);
  const subagents = await lostSubagents(team, name, transcript);
  for (const { turns } of [transcript, ...subagents]) await sweepAfter(dir, turns);
}

async function sweepAfter(dir: string, turns: readonly Turn[]): Promise<void> {
  const last = turns.at(-1)?.message;
  if (last?.role !== "assistant" || typeof last.content === "string") return;
  for (const block of last.content) {
    const call = Changing.safeParse(block);
    if (call.success) await sweepBeside(dir, call.data.input.file_path);
  }
}

async function sweepBeside(dir: string, path: string): Promise<void> {
  try {
    await removeUnfinished(dir, path, isDead);
  } catch (error) {
    // A path that was refused, or whose folder is gone, has nothing beside it.
    if (!(error instanceof TroupeError)) throw error;
  }
}

async function isDead(pid: number): Promise<boolean> {
  const identity = await identityOf(pid);
  return identity === undefined || (await liveness(identity)) === "dead";
}
