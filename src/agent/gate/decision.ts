import type { Behavior } from "./behavior.ts";
import type { Rule } from "./rule.ts";

/** What was decided about one call, and by what. */
export interface Decision {
  readonly behavior: Behavior;
  /** policy: an organisation's word on the tool, or a tool that always asks a person. path: a path that is never touched. input: no readable input. untrusted: something may leave after text that nobody vouches for. */
  readonly by:
    | "rule"
    | "mode"
    | "hook"
    | "protected"
    | "critical"
    | "path"
    | "unparsed"
    | "input"
    | "policy"
    | "untrusted";
  readonly rule: Rule | undefined;
  /** For the model and the person; a whole sentence. */
  readonly reason: string;
  /** The allow rule that "always" would add, its `/p` counted from the call's cwd; undefined = one-time answer only. */
  readonly suggestion: string | undefined;
}

const STRICTNESS: Readonly<Record<Behavior, number>> = { allow: 0, ask: 1, deny: 2 };

/** The stricter of two: how a child's call is decided, which its parent's gate is asked about too. Of equals the first. */
export function stricter(one: Decision, other: Decision): Decision {
  return STRICTNESS[other.behavior] > STRICTNESS[one.behavior] ? other : one;
}
