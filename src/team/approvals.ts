import type { EntryOf } from "../protocol/entries.ts";
import type { EntryId, MemberName, Party, TaskId } from "../protocol/names.ts";
import type { PermissionMode, Plan } from "../protocol/permissions.ts";
import { sha256 } from "../store/body-of.ts";
import { parseJson, toJson } from "../store/line-codec.ts";
import type { Approval, TeamState } from "./state.ts";
import type { Outcome, Team } from "./team.ts";

/** An input whose JSON is longer than this many bytes lies beside the journal. */
const INLINE_BYTES = 16 * 1024;
const SUMMARY_CHARACTERS = 2_000;
const REASON_CHARACTERS = 4_000;
const RULE_CHARACTERS = 16 * 1024;

/** What the answer to a question holds for: a call of `tool` with exactly this input, as a log keeps it. */
export function digestOf(tool: string | undefined, input: unknown): string {
  return sha256(Buffer.from(`${tool ?? ""}\0${JSON.stringify(kept(input) ?? null)}`));
}

/** A value as it comes back from a log: what cannot be kept must not make two digests of one question. */
function kept(input: unknown): unknown {
  return input === undefined ? undefined : parseJson(toJson(input));
}

/** Another member whom a person denied exactly this call; undefined for nobody, and for what was settled long ago. */
export function deniedTo({ approvals }: TeamState, me: MemberName, digest: string): MemberName | undefined {
  for (const { by, digest: asked, answer } of approvals.values())
    if (asked === digest && by !== me && answer?.verdict === "deny") return by;
  return undefined;
}

/** As people name a question: `a_19`. */
export function handleOf({ number }: { readonly number: number }): string {
  return `a_${number}`;
}

/** By its handle `a_19`, its number 19, or the id of its entry. Undefined also when it was settled long ago. */
export function approvalNamed(state: TeamState, text: string): Approval | undefined {
  const number = /^(?:a_)?([1-9]\d{0,8})$/i.exec(text.trim())?.[1];
  const all = [...state.approvals.values()];
  return number === undefined
    ? all.find(({ id }) => id === text.trim())
    : all.find((approval) => approval.number === Number(number));
}

/** Questions that wait for a person, the oldest first. */
export function waitingApprovals(state: TeamState): readonly Approval[] {
  return [...state.approvals.values()]
    .filter(({ answer, settled }) => !answer && !settled)
    .toSorted((one, other) => one.number - other.number);
}

export interface AskDraft extends Pick<EntryOf<"ask">, "kind" | "summary"> {
  readonly tool?: string | undefined;
  readonly input?: unknown;
  readonly task?: TaskId | undefined;
  readonly reason?: string | undefined;
  readonly rule?: string | undefined;
  readonly plan?: EntryOf<"ask">["plan"];
  readonly sub?: string | undefined;
}

/** Takes secrets out of a JSON value, so that nothing else can be meant by what is left. */
export type HideIn = <T>(value: T) => T;

/**
 * Appends a question of `by`. A large input goes beside the journal first. The digest is that of the true input, by which
 * a later life of the asker finds its question again; what stands in the journal is what `hideIn` leaves of it, and an
 * answer names the digest of that.
 */
export async function askApproval(
  team: Team,
  by: MemberName,
  draft: AskDraft,
  hideIn: HideIn = (value) => value,
): Promise<Outcome> {
  const { kind, summary, reason, rule, tool, input, plan, ...rest } = hideIn(draft);
  const json = input === undefined ? undefined : toJson(input);
  const isLarge = json !== undefined && Buffer.byteLength(json) > INLINE_BYTES;
  const digest = digestOf(draft.tool, draft.plan ? planInput(draft.plan) : draft.input);
  const shown = digestOf(tool, plan ? planInput(plan) : input);
  return team.commit({
    op: "ask",
    by,
    kind,
    ...rest,
    tool,
    plan,
    ...(isLarge ? { body: await team.store.bodies.put(json) } : { input }),
    digest,
    ...(shown === digest ? {} : { shown }),
    summary: cut(summary, SUMMARY_CHARACTERS),
    reason: reason === undefined ? undefined : cut(reason, REASON_CHARACTERS),
    // Half a rule, or one with a hole, would be another rule: what cannot be kept whole is allowed this once only.
    rule: rule !== undefined && rule === draft.rule && rule.length <= RULE_CHARACTERS ? rule : undefined,
  });
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** What the question asks for, as its asker wrote it: also when it lies beside the journal. Undefined without an input, or when its body is gone. */
export async function approvalInput(team: Team, { plan, input, body }: Approval): Promise<unknown> {
  if (plan !== undefined) return planInput(plan);
  if (body === undefined) return input;
  const text = await team.store.bodies.get(body);
  return text === undefined ? undefined : parseJson(text);
}

/** Its number is not part of it: the same plan, submitted by a later life of its author, is the same question. */
export function planInput({ text, files }: Pick<Plan, "text" | "files">): Readonly<Record<string, unknown>> {
  return { text, files };
}

export interface Decision {
  readonly verdict: "allow" | "deny";
  readonly note?: string | undefined;
  readonly always?: string | undefined;
  readonly mode?: PermissionMode | undefined;
}

/**
 * Answers a question. The digest is made from what the asker shows, not taken from its entry: who answers a command
 * that is not the one that was read answers nothing.
 */
export async function answerApproval(
  team: Team,
  by: Party,
  approval: Approval,
  decision: Decision,
): Promise<Outcome> {
  const input = await approvalInput(team, approval);
  const digest = digestOf(approval.tool, input);
  return team.commit({ op: "answer", by, ask: approval.id, digest, ...decision });
}

/** Says that nobody waits for the answer any more, or that it is used now. */
export async function settleApproval(
  team: Team,
  by: MemberName | "system",
  ask: EntryId,
  how: "used" | "withdrawn",
): Promise<Outcome> {
  return team.commit({ op: "settle", by, ask, how });
}
