import { z } from "zod";
import { capText } from "../agent/cap-text.ts";
import { AGENT_TOOL } from "../agent/events.ts";
import type { Turn } from "../agent/loop-deps.ts";
import type { Redactor } from "../base/redact.ts";
import type { EntryId, MemberName, SubagentId } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { openHiddenTranscript } from "./hidden-text.ts";
import { AgentInput, digestOf } from "./subagent-input.ts";
import { lastWords, type PastSubagent, readSubagent, subagentHead, subagentLogName } from "./subagent-log.ts";
import type { Transcript } from "./transcript.ts";
import { sourcesIn } from "./untrusted.ts";

/** Characters of the last words of a run that was cut off. */
const WORDS = 4_000;

const Call = z.looseObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.literal(AGENT_TOOL),
  input: z.unknown(),
});
type Call = z.infer<typeof Call>;

/**
 * Opens the transcript of a member. Where it ends with calls of subagents whose process was killed they are answered: what
 * a subagent had finished is its result, otherwise the result says that it was interrupted and where its log is. None is
 * run again. The answer is recorded with the next turn.
 */
export async function resumeTranscript(
  team: Team,
  me: MemberName,
  redactor: Pick<Redactor, "hideIn">,
): Promise<Transcript> {
  const transcript = await openHiddenTranscript(team, me, redactor);
  const calls = lastCalls(transcript);
  if (calls.length === 0) return transcript;
  const runs = await lostSubagents(team, me, transcript);
  const turn = answerOf(me, calls, runs);
  // What they had read was told to nobody before.
  const untrusted = [...new Set([...transcript.untrusted, ...runs.flatMap(({ turns }) => sourcesIn(turns))])];
  let isRecorded = false;
  return {
    ...transcript,
    turns: [...transcript.turns, turn],
    untrusted,
    record: async (next) => {
      if (!isRecorded) await transcript.record({ ...turn, untrusted });
      isRecorded = true;
      await transcript.record(next);
    },
  };
}

/** The subagents that a life was running, or had run, when it was killed: those that no result of its transcript tells of. */
export async function lostSubagents(
  team: Team,
  me: MemberName,
  transcript: Pick<Transcript, "turns" | "lastId">,
): Promise<readonly PastSubagent[]> {
  if (lastCalls(transcript).length === 0 || transcript.lastId === undefined) return [];
  return runsBehind(team, me, transcript.lastId);
}

/** Calls that are answered by nothing. */
function lastCalls({ turns }: Pick<Transcript, "turns">): readonly Call[] {
  const last = turns.at(-1)?.message;
  if (last?.role !== "assistant" || typeof last.content === "string") return [];
  return last.content.flatMap((block) => Call.safeParse(block).data ?? []);
}

/** What the same life began behind that entry, in its order. */
async function runsBehind(team: Team, me: MemberName, last: EntryId): Promise<readonly PastSubagent[]> {
  const [life, count] = partsOf(last);
  const found: { readonly id: SubagentId; readonly at: number }[] = [];
  for (const id of await team.store.subagents(me)) {
    const head = await subagentHead(team, me, id);
    const [instance, at] = head === undefined ? ["", 0] : partsOf(head.from);
    if (instance === life && at > count) found.push({ id, at });
  }
  const runs: PastSubagent[] = [];
  for (const { id } of found.toSorted((one, other) => one.at - other.at)) {
    const run = await readSubagent(team, me, id);
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

function partsOf(id: EntryId): readonly [string, number] {
  const dot = id.lastIndexOf(".");
  return [id.slice(0, dot), Number(id.slice(dot + 1))];
}

function answerOf(me: MemberName, calls: readonly Call[], runs: readonly PastSubagent[]): Turn {
  const left = [...runs];
  const answers = calls.map((call) => {
    const input = AgentInput.safeParse(call.input).data;
    const digest = input && digestOf(input);
    const at = left.findIndex((run) => run.digest === digest);
    const [run] = at === -1 ? [] : left.splice(at, 1);
    return { call, run };
  });
  const content = answers.map(({ call, run }) => {
    const isWhole = run?.isWhole === true;
    return {
      type: "tool_result" as const,
      tool_use_id: call.id,
      content: run === undefined ? unknownText(me, left) : textOf(me, run),
      ...(isWhole ? {} : { is_error: true }),
    };
  });
  return { message: { role: "user", content }, inputs: [] };
}

/** `left`: runs that answer no call: a hook had changed its input. */
function unknownText(me: MemberName, left: readonly PastSubagent[]): string {
  if (left.length === 0)
    return "Interrupted: the process ended before this subagent began. Nothing of it was done.";
  const logs = left.map(({ id }) => subagentLogName(me, id)).join(", ");
  return `Interrupted: the process ended, and nobody can tell how far this subagent came. Look before you give the work to another; its log may be ${logs}.`;
}

function textOf(me: MemberName, run: PastSubagent): string {
  const said = lastWords(run.turns).trim();
  const log = subagentLogName(me, run.id);
  if (run.isWhole) return `${capText(said)}\n\n[${run.type}, finished before the process ended; log ${log}]`;
  const words = said === "" ? "" : `\nThe last that it said:\n${capText(said, WORDS)}`;
  return (
    `Interrupted: the process ended while the subagent ${run.type} was working, and it is not run again by itself. ` +
    `What it did until then stands: look before you give the work to another. Its log is ${log}.${words}`
  );
}
