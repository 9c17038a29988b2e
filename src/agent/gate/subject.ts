import type { Decision } from "./decision.ts";
import type { Rule } from "./rule.ts";

/** Why a call is not simply allowed. */
export interface Objection {
  readonly by: Decision["by"];
  readonly reason: string;
  readonly rule?: Rule | undefined;
  /** Of a protected file that a tool of ours would write: every absolute form of its path. */
  readonly paths?: readonly string[];
}

/** What lets a call run: a rule, or else the mode. */
export interface Grant {
  readonly rule: Rule | undefined;
}

/** One call, as the order of questions asks about it. Nothing here is asked before it is needed. */
export interface Subject {
  /** What is never done, whatever the rules say. */
  readonly limit: () => Objection | undefined;
  /** The first deny or ask rule that is about more than the tool's name. */
  readonly rule: (behavior: "deny" | "ask") => Rule | undefined;
  /** It certainly changes files: blocked until a plan is approved. */
  readonly isWriting: () => boolean;
  /** It cannot be told what it does. `isHiding`: a rule or a critical removal may be in what is not seen. */
  readonly unread: () => { readonly objection: Objection; readonly isHiding: boolean } | undefined;
  readonly critical: () => Objection | undefined;
  readonly protected: () => Objection | undefined;
  /** What the mode and the allow rules for more than the tool's name let run; else what is in the way. */
  readonly grant: () => Grant | Objection;
  /** What a rule for the whole tool cannot grant: undefined, or what is in the way. */
  readonly beyondTool: () => Objection | undefined;
  /** The rule that would allow this call and nothing that was not meant. */
  readonly suggestion: () => string | undefined;
}

export function isGrant(found: Grant | Objection): found is Grant {
  return !("reason" in found);
}

export const nothing = (): undefined => undefined;
