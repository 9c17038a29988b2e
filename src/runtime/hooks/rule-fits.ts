import { decide } from "../../agent/gate/decide.ts";
import { isProblem, parseRule } from "../../agent/gate/rule.ts";
import { compileRules, type RuleSet } from "../../agent/gate/rule-set.ts";
import { realFolder } from "../settings-place.ts";
import type { HookDeps } from "./open-hooks.ts";

/** Of a decision: the rule said it, or nobody can say what the call does. */
const RUNS: ReadonlySet<string> = new Set(["rule", "unparsed", "input"]);

/**
 * Whether a hook's `if` fits a call: as a deny rule does, so that each part of a command counts. A command that cannot
 * be read, and a rule that is none, run the hook. Patterns `/p` start at `dir`.
 */
export function ruleFits(dir: string, home: string): NonNullable<HookDeps["fits"]> {
  const known = new Map<string, RuleSet | undefined>();
  const rulesFor = (text: string): RuleSet | undefined => {
    if (!known.has(text)) {
      const rule = parseRule(text, "deny", { scope: "user", file: undefined, root: dir });
      known.set(text, isProblem(rule) ? undefined : compileRules([rule]));
    }
    return known.get(text);
  };
  return (text, call) => {
    const rules = rulesFor(text);
    if (rules === undefined) return true;
    const place = { cwd: dir, folders: [dir], home, realPath: realFolder };
    return RUNS.has(decide({ ...place, rules, mode: "default", isConfined: false }, call).by);
  };
}
