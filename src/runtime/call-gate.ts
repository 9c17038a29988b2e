import { type Behavior, narrower, type PermissionMode } from "../agent/gate/behavior.ts";
import { decide as decideByRules, protectedPaths } from "../agent/gate/decide.ts";
import type { Decision } from "../agent/gate/decision.ts";
import type { GateContext } from "../agent/gate/gate-context.ts";
import { isRemoved } from "../agent/gate/rule-set.ts";
import type { LoopDeps, Verdict } from "../agent/loop-deps.ts";
import type { ToolCall } from "../agent/tool.ts";
import type { Answer, Question } from "./approvals.ts";
import type { AuditLine } from "./audit.ts";
import { questionAbout, REFUSED_BY_PERSON } from "./call-summary.ts";
import type { CallHooks } from "./hooks/call-hooks.ts";
import type { Rulebook } from "./rulebook.ts";

/** Who makes a call: the member itself, or one of its subagents. */
export interface Caller {
  /** The subagent's id. */
  readonly id: string;
  /** Its definition's, which can only narrow. */
  readonly permissionMode?: PermissionMode | undefined;
}

/** The one door in front of every tool call of a member and its subagents. Source of the order: security.md §2. */
export interface CallGate {
  readonly gateFor: (hooks: GateHooks, caller?: Caller) => LoopDeps["gate"];
  /** Not denied as a whole: shown to the model. */
  readonly isOffered: (tool: string) => boolean;
}

export interface CallGateDeps {
  readonly rulebook: Rulebook;
  /** Rules, place and mode of the member as they are for this call. */
  readonly context: (call: ToolCall) => GateContext;
  /** Why the call is never made, whatever rules say: a tool that the member has not got; undefined when it may be. */
  readonly refusal: (call: ToolCall) => string | undefined;
  /** The last question in front of a call that is allowed: where there is no sandbox a person is asked once. A text = why not. */
  readonly clearance: (call: ToolCall, signal: AbortSignal) => Promise<string | undefined>;
  /** sha256 of a call, as questions and the audit log have it. */
  readonly digestOf: (tool: string, input: unknown) => string;
  /** Whom a person denied exactly this call; undefined for nobody. */
  readonly deniedTo: (digest: string) => string | undefined;
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Answer>;
  /** A suggested rule as it is to be kept: its paths count from the member's folder, a file may stand elsewhere. */
  readonly anchored: (rule: string) => string;
  /** Rejects when it could not be written down: then the call is not made. */
  readonly record: (line: AuditLine) => Promise<void>;
}

export type GateHooks = Pick<CallHooks, "before" | "request" | "denied">;

/** What was decided, and by whom. */
interface Ruling {
  readonly verdict: Verdict;
  readonly by: string;
  readonly actor: string;
}

/** Reviewed inputs: a hook that changes the input sends the call back to the beginning, so often at most. */
const MOST_CHANGES = 3;

export function openCallGate(deps: CallGateDeps): CallGate {
  const gateFor = (hooks: GateHooks, caller?: Caller): LoopDeps["gate"] => {
    return async (call, signal) => {
      await deps.rulebook.refresh();
      const ruling = await cleared(deps, await ruled({ deps, hooks, caller, signal }, call), call, signal);
      await deps.record({
        kind: "permission",
        tool: call.name,
        argsHash: deps.digestOf(
          call.name,
          ruling.verdict.allowed ? (ruling.verdict.input ?? call.input) : call.input,
        ),
        decision: ruling.verdict.allowed ? "allow" : "deny",
        rule: ruling.by,
        actor: ruling.actor,
        ...(caller === undefined ? {} : { sub: caller.id }),
      });
      if (!ruling.verdict.allowed) await hooks.denied(call, ruling.verdict.reason, signal);
      return ruling.verdict;
    };
  };
  return {
    gateFor,
    isOffered: (tool) => !isRemoved(deps.rulebook.now().set, tool),
  };
}

async function cleared(
  deps: CallGateDeps,
  ruling: Ruling,
  call: ToolCall,
  signal: AbortSignal,
): Promise<Ruling> {
  if (!ruling.verdict.allowed) return ruling;
  const refusal = await deps.clearance(call, signal);
  return refusal === undefined ? ruling : denied(refusal, "sandbox", "user");
}

/** One call on its way to a decision. */
interface Asking {
  readonly deps: CallGateDeps;
  readonly hooks: GateHooks;
  readonly caller: Caller | undefined;
  readonly signal: AbortSignal;
}

async function ruled(asking: Asking, call: ToolCall): Promise<Ruling> {
  const { deps, hooks, signal } = asking;
  let now = call;
  /** What hooks said of the call before they changed it holds for what they made of it, unless they say more now. */
  let word: Behavior | undefined;
  for (let changes = 0; ; changes++) {
    const refusal = deps.refusal(now);
    if (refusal !== undefined) return denied(refusal, "limits");
    const { behavior, reason, input, by } = await hooks.before(now, signal);
    if (behavior === "deny") return denied(reason ?? "A hook denies it.", by.join(", ") || "hook", "hook");
    word = behavior ?? word;
    if (input === undefined)
      return byRules(asking, now, { hook: word, why: reason, isChanged: now !== call });
    if (changes === MOST_CHANGES) return denied(`Hooks changed its input ${changes} times.`, "hook", "hook");
    now = { ...now, input };
  }
}

interface HookWord {
  readonly hook: Behavior | undefined;
  readonly why: string | undefined;
  readonly isChanged: boolean;
}

async function byRules(asking: Asking, call: ToolCall, { hook, why, isChanged }: HookWord): Promise<Ruling> {
  const decision = decided(asking, call, hook);
  const by = decision.rule?.text ?? decision.by;
  const allowed: Verdict = isChanged ? { allowed: true, input: call.input } : { allowed: true };
  const reason = decision.by === "hook" && why !== undefined ? why : decision.reason;
  if (decision.behavior === "deny") return denied(reason, by, decision.by === "hook" ? "hook" : "rules");
  // Taken before anybody is asked: what a link leads to later is not what was agreed to.
  const paths = clearedBy(asking, call, decision);
  const opened: Verdict = paths.length === 0 ? allowed : { ...allowed, cleared: { protectedPaths: paths } };
  if (decision.behavior === "allow") return { verdict: opened, by, actor: "rules" };
  return byPerson(asking, call, { ...decision, reason }, { allowed, opened });
}

/** What a person's yes to the call, or the mode that stands for it, opens to its tool. No rule and no hook does. */
function clearedBy({ deps }: Asking, call: ToolCall, { behavior, by }: Decision): readonly string[] {
  const context = deps.context(call);
  const isOpen = by === "mode" && context.mode === "bypassPermissions";
  return behavior === "ask" || isOpen ? protectedPaths(context, call) : [];
}

/** The verdict of a yes: by a hook, and by a person. */
interface Yes {
  readonly allowed: Verdict;
  readonly opened: Verdict;
}

/** What nobody could decide but a person, whom a hook may stand in for. */
async function byPerson(
  asking: Asking,
  call: ToolCall,
  { reason, suggestion, by, rule: matched }: Decision,
  { allowed, opened }: Yes,
): Promise<Ruling> {
  const { deps, caller, signal } = asking;
  const word = matched?.text ?? by;
  const kept = suggestion === undefined ? undefined : deps.anchored(suggestion);
  const stood = await byRequestHook(asking, call, kept);
  if (stood !== undefined)
    return stood.verdict.allowed
      ? { verdict: { ...allowed, ...stood.verdict }, by: word, actor: "hook" }
      : { ...stood, by: word };
  const answer = await deps.ask(questionAbout(call, { reason, suggestion: kept }, caller?.id), signal);
  if (answer.verdict === "deny") {
    if (answer.unanswered)
      return denied(`A person has to allow it, and did not: ${answer.note ?? "no answer"}.`, word, "rules");
    const note = answer.note === undefined ? "" : ` They say: ${answer.note}`;
    return denied(`${REFUSED_BY_PERSON}${note}`, word, "user");
  }
  return { verdict: opened, by: word, actor: "user" };
}

async function byRequestHook(
  asking: Asking,
  call: ToolCall,
  suggestion: string | undefined,
): Promise<Ruling | undefined> {
  const { deps, hooks, signal } = asking;
  const said = await hooks.request(call, suggestionsOf(suggestion), signal);
  if (said === undefined) return undefined;
  if (said.behavior === "deny") return denied(said.reason ?? "A hook denies it.", "hook", "hook");
  if (said.input === undefined) return { verdict: { allowed: true }, by: "hook", actor: "hook" };
  // What a hook makes of a call is judged as any other: it may allow it, and never past a rule.
  const changed = { ...call, input: said.input };
  const refusal = deps.refusal(changed);
  const decision = decided(asking, changed, "allow");
  if (refusal !== undefined || decision.behavior !== "allow")
    return denied(refusal ?? decision.reason, "hook", "rules");
  return { verdict: { allowed: true, input: said.input }, by: "hook", actor: "hook" };
}

function decided({ deps, caller }: Asking, call: ToolCall, hook: Behavior | undefined): Decision {
  const member = deps.context(call);
  const narrow = caller?.permissionMode;
  const context = narrow === undefined ? member : { ...member, mode: narrower(member.mode, narrow) };
  const decision = decideByRules(context, call, hook);
  const before = deps.deniedTo(deps.digestOf(call.name, call.input));
  if (decision.behavior !== "allow" || before === undefined || decision.by === "rule") return decision;
  // A relayed request: what a person denied one member is not let through for another one unseen.
  return {
    ...decision,
    behavior: context.mode === "dontAsk" ? "deny" : "ask",
    reason: `A person denied exactly this call to ${before}.`,
    suggestion: undefined,
  };
}

/** What "always" would do, as Claude Code's hooks are told. */
function suggestionsOf(rule: string | undefined): readonly unknown[] {
  if (rule === undefined) return [];
  const [, toolName = rule, ruleContent] = /^([^(]+)\((.*)\)$/s.exec(rule) ?? [];
  const rules = [{ toolName, ...(ruleContent === undefined ? {} : { ruleContent }) }];
  return [{ type: "addRules", rules, behavior: "allow", destination: "localSettings" }];
}

function denied(reason: string, by: string, actor = "rules"): Ruling {
  return { verdict: { allowed: false, reason }, by, actor };
}
