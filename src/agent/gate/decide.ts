import { isRecord } from "../../base/is-record.ts";
import type { Behavior } from "./behavior.ts";
import type { Decision } from "./decision.ts";
import type { GateContext, Standing } from "./gate-context.ts";
import { fieldRule, wholeRule } from "./rule-set.ts";
import { type Grant, isGrant, type Objection, type Subject } from "./subject.ts";
import { subjectOf } from "./subject-of.ts";

export interface GateCall {
  readonly name: string;
  readonly input: unknown;
}

/** What is asked of one call, with all that the questions need. */
interface Case {
  readonly context: GateContext;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
  readonly hook: Behavior | undefined;
  readonly standing: Standing | undefined;
}

/**
 * The permission decision on one call: pure, total, the same for the same arguments. The first of these that decides
 * wins: limits, a hook's deny, deny rules, a plan that is not approved, ask rules and what always asks, what cannot be
 * read, critical removals, protected paths, what may leave after text that nobody vouches for, a hook's allow, the mode,
 * allow rules, a person. Source: security.md §2.
 */
export function decide(context: GateContext, call: GateCall, hook?: Behavior): Decision {
  const input = isRecord(call.input) ? call.input : {};
  const subject = subjectOf(call.name, input, context);
  if (typeof subject === "string") return decision("deny", { by: "input", reason: subject });
  const one: Case = {
    context,
    name: call.name,
    input,
    subject,
    hook,
    standing: context.standing?.(call.name),
  };
  const denied = denial(one);
  if (denied) return decision("deny", denied);
  const asked = mustAsk(one);
  if (asked) return question(one, asked);
  if (hook === "allow") return decision("allow", { by: "hook", reason: "A hook allows it." });
  const found = mayRun(one);
  if (!isGrant(found)) return question(one, found, isGrantable(one) ? subject.suggestion() : undefined);
  if (found.rule)
    return decision("allow", { by: "rule", rule: found.rule, reason: `${found.rule.text} allows it.` });
  return decision("allow", { by: "mode", reason: `It runs without asking in the mode ${context.mode}.` });
}

/** The protected paths that a call of a file tool would write: what a yes to it has to open. */
export function protectedPaths(context: GateContext, { name, input }: GateCall): readonly string[] {
  // A shell's tool opens no path by itself: the sandbox around it does, or nothing.
  const subject = name === "Bash" ? "" : subjectOf(name, isRecord(input) ? input : {}, context);
  return typeof subject === "string" ? [] : (subject.protected()?.paths ?? []);
}

function decision(behavior: Behavior, { by, reason, rule }: Objection, suggestion?: string): Decision {
  return { behavior, by, rule, reason, suggestion };
}

/** Where nobody is asked, what would be asked is denied. */
function question({ context }: Case, objection: Objection, suggestion?: string): Decision {
  if (context.mode !== "dontAsk") return decision("ask", objection, suggestion);
  return decision("deny", {
    ...objection,
    reason: `${objection.reason} In the mode dontAsk nobody is asked.`,
  });
}

function denial({ context, name, input, subject, hook, standing }: Case): Objection | undefined {
  const limit = subject.limit();
  if (limit) return limit;
  if (standing === "blocked") return { by: "policy", reason: `${name} is blocked by your organisation.` };
  if (hook === "deny") return { by: "hook", reason: "A hook denies it." };
  const { rules, mode } = context;
  const rule =
    wholeRule(rules, "deny", name) ?? fieldRule(rules, "deny", { name, input }) ?? subject.rule("deny");
  if (rule) return { by: "rule", rule, reason: `The rule ${rule.text} denies it.` };
  if (mode !== "plan" || !subject.isWriting()) return undefined;
  return {
    by: "mode",
    reason:
      "Writing is closed while you plan: read what you need and submit the plan with ExitPlanMode; once it is approved you may write.",
  };
}

/** What a person decides whatever mode and allow rules say. */
function mustAsk(one: Case): Objection | undefined {
  const { context, name, input, subject, hook, standing } = one;
  const { rules, mode } = context;
  const rule = wholeAsk(one) ?? fieldRule(rules, "ask", { name, input }) ?? subject.rule("ask");
  if (rule) return { by: "rule", rule, reason: `The rule ${rule.text} asks about it.` };
  if (standing === "asks") return { by: "policy", reason: `${name} always asks a person.` };
  if (hook === "ask") return { by: "hook", reason: "A hook asks about it." };
  return (
    unreadable(one) ??
    subject.critical() ??
    (mode === "bypassPermissions" ? undefined : subject.protected()) ??
    leaving(one)
  );
}

/** What is free without any rule reads, or writes in the working folders: nothing leaves. */
function leaving({ context, name, subject }: Case): Objection | undefined {
  if (context.untrusted === undefined) return undefined;
  const found = name === "Bash" ? subject.grant() : undefined;
  if (found && isGrant(found) && found.rule === undefined) return undefined;
  return { by: "untrusted", reason: context.untrusted };
}

/** Where something else answers for what runs, only what a rule or a critical removal may hide in is asked about. */
function unreadable(one: Case): Objection | undefined {
  const unread = one.subject.unread();
  const isAnswered = isConfined(one) || one.context.mode === "bypassPermissions" || one.hook === "allow";
  return unread && (unread.isHiding || !isAnswered) ? unread.objection : undefined;
}

/** A sandboxed shell passes a rule that only says "ask about the shell": the sandbox is the answer to it. */
function wholeAsk(one: Case): ReturnType<typeof wholeRule> {
  return isConfined(one) ? undefined : wholeRule(one.context.rules, "ask", one.name);
}

function isConfined({ context, name }: Case): boolean {
  return name === "Bash" && context.isConfined && context.mode !== "plan";
}

function mayRun(one: Case): Grant | Objection {
  const { context, name, subject, standing } = one;
  const { mode, rules } = context;
  const isReading = standing === "free" || standing === "reads";
  if (mode === "bypassPermissions" || isReading || isConfined(one)) return { rule: undefined };
  const found = subject.grant();
  if (isGrant(found)) return found;
  const rule = isGrantable(one) ? wholeRule(rules, "allow", name) : undefined;
  return rule ? (subject.beyondTool() ?? { rule }) : found;
}

/** While a plan is made, rules let nothing run that may change something. */
function isGrantable({ context, name }: Case): boolean {
  return context.mode !== "plan" || (name !== "Bash" && !name.startsWith("mcp__"));
}
