import type { Behavior } from "./behavior.ts";
import type { Rule } from "./rule.ts";
import { matchesAny, matchesField } from "./rule-patterns.ts";

/** Rules, sorted for finding: the order among those of one behavior stays. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly allow: RulesOf;
  readonly ask: RulesOf;
  readonly deny: RulesOf;
}

interface RulesOf {
  readonly whole: readonly Rule[];
  readonly fields: readonly Rule[];
  readonly domains: readonly Rule[];
  readonly names: readonly Rule[];
  readonly paths: Readonly<Record<PathTool, readonly Rule[]>>;
  readonly commands: CommandRules;
}

export type PathTool = "Read" | "Edit" | "Cd";

export interface CommandRules {
  readonly all: readonly Rule[];
  /** By the first word of the commands that they match. */
  readonly byFirst: ReadonlyMap<string, readonly Rule[]>;
  /** Those whose pattern does not fix the first word. */
  readonly loose: readonly Rule[];
}

export function compileRules(rules: readonly Rule[]): RuleSet {
  const of = (behavior: Behavior): RulesOf => rulesOf(rules.filter((rule) => rule.behavior === behavior));
  return { rules, allow: of("allow"), ask: of("ask"), deny: of("deny") };
}

function rulesOf(rules: readonly Rule[]): RulesOf {
  const paths = (tool: PathTool): readonly Rule[] =>
    rules.filter(({ narrow, tools }) => narrow?.path && tools[0]?.head === tool);
  return {
    whole: rules.filter(({ narrow }) => narrow === undefined),
    fields: rules.filter(({ narrow }) => narrow?.field),
    domains: rules.filter(({ narrow }) => narrow?.domain),
    names: rules.filter(({ narrow }) => narrow?.name),
    paths: { Read: paths("Read"), Edit: paths("Edit"), Cd: paths("Cd") },
    commands: commandRules(rules.filter(({ narrow }) => narrow?.command)),
  };
}

function commandRules(all: readonly Rule[]): CommandRules {
  const byFirst = new Map<string, Rule[]>();
  const loose: Rule[] = [];
  for (const rule of all) {
    const first = rule.narrow?.command?.first;
    if (first === undefined) loose.push(rule);
    else byFirst.set(first, [...(byFirst.get(first) ?? []), rule]);
  }
  return { all, byFirst, loose };
}

const EDITING: ReadonlySet<string> = new Set(["Edit", "Write", "MultiEdit", "NotebookEdit"]);
const SEARCHING: ReadonlySet<string> = new Set(["Glob", "Grep"]);

/** Names under which a rule for a whole tool means this tool too. */
function namesOf(tool: string, behavior: Behavior): readonly string[] {
  if (SEARCHING.has(tool)) return [tool, "Read"];
  if (!EDITING.has(tool)) return [tool];
  return behavior === "deny" ? [tool, "Edit", "Read"] : [tool, "Edit"];
}

/** The first rule for the whole tool. */
export function wholeRule(rules: RuleSet, behavior: Behavior, tool: string): Rule | undefined {
  const names = namesOf(tool, behavior);
  return rules[behavior].whole.find(({ tools }) => names.some((name) => matchesAny(tools, name)));
}

/** The first rule on a field of the tool's input. */
export function fieldRule(
  rules: RuleSet,
  behavior: "ask" | "deny",
  call: { readonly name: string; readonly input: Readonly<Record<string, unknown>> },
): Rule | undefined {
  return rules[behavior].fields.find(
    ({ tools, narrow }) =>
      narrow?.field && matchesAny(tools, call.name) && matchesField(narrow.field, call.input),
  );
}

/** Whether the tool is denied as a whole: the model does not see it. */
export function isRemoved(rules: RuleSet, tool: string): boolean {
  return wholeRule(rules, "deny", tool) !== undefined;
}
