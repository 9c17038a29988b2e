import type { Turn } from "../agent/loop-deps.ts";
import type { Redactor } from "../base/redact.ts";
import type { MemberDefinition } from "../protocol/entries.ts";
import type { EntryId, MemberName } from "../protocol/names.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { given } from "./given.ts";
import { ownLog, readAll } from "./member-log.ts";
import { resumeTranscript } from "./subagent-resume.ts";
import { type KeptTurn, openTranscript, type Transcript, turnOf, turnWriter } from "./transcript.ts";

export type Fork = NonNullable<MemberDefinition["fork"]>;

/** Opens the transcript of a member as `resumeTranscript` does; a forked one begins with its copy. */
export async function beginTranscript(
  team: Team,
  member: Member,
  redactor: Pick<Redactor, "hideIn">,
): Promise<Transcript> {
  await copyFork(team, member);
  return resumeTranscript(team, member.name, redactor);
}

/** The conversation of a member as it is now, for one who is to begin with it; undefined when it has none. */
export async function forkOf(team: Team, from: MemberName): Promise<Fork | undefined> {
  let upTo: EntryId | undefined;
  for await (const { id } of readAll(team.store.agentLog(from, "transcript"))) upTo = id;
  return upTo && { from, upTo, at: new Date(team.host.now()).toISOString() };
}

/**
 * Writes what a forked member begins with into its transcript: the other's conversation, and that it is somebody else
 * now. Once; a copy that was killed halfway is made again, and takes the place of its first part.
 */
export async function copyFork(team: Team, { name, definition }: Member): Promise<void> {
  const { fork } = definition;
  if (fork === undefined) return;
  const own = await openTranscript(team, name);
  const mark = `fork:${fork.from}:${fork.upTo}`;
  const record = turnWriter(team, ownLog(team.store.agentLog(name, "transcript"), team.nextId));
  if (!own.seen.has(mark)) {
    await record(beginning(name, fork));
    const { turns, untrusted } = await copyOf(team, fork);
    for (const turn of turns) await record(turn);
    const content = closing(name, fork, turns);
    await record({ message: { role: "user", content }, inputs: [mark], untrusted });
  } else if (own.turns.at(-1)?.inputs.includes(mark) !== true) return;
  // It has nothing to answer: the model is not asked before something comes.
  await record({ message: { role: "assistant", content: [{ type: "text", text: SEEN }] }, inputs: [] });
}

const SEEN = "(Seen. I wait for what comes next.)";

function beginning(name: MemberName, { from, at }: Fork): Turn {
  const text = `(You, ${name}, begin with a copy of the conversation that ${from} had until ${at}. It follows.)`;
  return {
    message: { role: "user", content: [{ type: "text", text }] },
    inputs: [],
    // Whatever stands in front is a copy that was cut off.
    replaces: { block: null, isAnswered: false },
  };
}

/**
 * From the last summary on. What another was told is no mail of this one: no input comes along. What nobody vouched for in
 * the other's conversation, nobody vouches for here.
 */
async function copyOf(
  { store }: Team,
  { from, upTo }: Fork,
): Promise<{ readonly turns: readonly KeptTurn[]; readonly untrusted: readonly string[] }> {
  const turns: KeptTurn[] = [];
  let untrusted: readonly string[] = [];
  for await (const entry of readAll(store.agentLog(from, "transcript"))) {
    const turn = await turnOf(store, entry);
    if (turn?.replaces !== undefined) turns.length = 0;
    if (turn !== undefined) turns.push({ ...turn, inputs: [] });
    untrusted = turn?.untrusted ?? untrusted;
    if (entry.id === upTo) break;
  }
  return { turns, untrusted };
}

/** Calls without a result are the other's: it has them, or will have them. */
function closing(name: MemberName, { from, at }: Fork, turns: readonly Turn[]) {
  const last = turns.at(-1)?.message;
  const blocks = last?.role === "assistant" && typeof last.content !== "string" ? last.content : [];
  const results = blocks.flatMap((block) =>
    block.type === "tool_use"
      ? [{ type: "tool_result" as const, tool_use_id: block.id, is_error: true, content: notYours(from) }]
      : [],
  );
  return [...results, { type: "text" as const, text: youAreNow(name, from, at) }];
}

function notYours(from: MemberName): string {
  return `This call is ${from}'s: its result is not known to you. It may or may not have had its effect: look before you do it again.`;
}

function youAreNow(name: MemberName, from: MemberName, at: string): string {
  return (
    `From here on you are ${name}, no longer ${from}: you were forked from ${from} at ${at}. What stands above is ${from}'s conversation; you know what it knew. ` +
    `${from} goes on by itself, with its tasks, its mail and what it promised: none of that is yours. Who you are and what you may do stands in front of the conversation. ` +
    "You own no task and have no mail yet; wait for what is said to you."
  );
}

/** As the other is: the conversation speaks of its folder, and of what it can do. */
export function definitionOfFork({ definition, model: chosen }: Member, fork: Fork): MemberDefinition {
  const { tools, dir, plan, permissionMode } = definition;
  return { ...given({ model: chosen ?? definition.model, tools, dir, plan, permissionMode }), fork };
}
