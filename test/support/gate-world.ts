import { type Behavior, type PermissionMode } from "../../src/agent/gate/behavior.ts";
import { decide, type GateCall } from "../../src/agent/gate/decide.ts";
import type { Decision } from "../../src/agent/gate/decision.ts";
import type { GateContext } from "../../src/agent/gate/gate-context.ts";
import { isProblem, parseRule, type Rule } from "../../src/agent/gate/rule.ts";
import { compileRules } from "../../src/agent/gate/rule-set.ts";

/** Links of the world in which calls are judged. */
const LINKS: readonly (readonly [string, string])[] = [
  ["/w/app/out", "/etc"],
  ["/w/app/in", "/w/app/src"],
  ["/w/app/hooks", "/w/app/.git/hooks"],
  ["/w/app/secret", "/w/app/.env"],
];

function realPath(path: string): string {
  const link = LINKS.find(([from]) => path === from || path.startsWith(`${from}/`));
  const followed = link ? link[1] + path.slice(link[0].length) : path;
  const parts: string[] = [];
  for (const part of followed.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

export const SOURCE = { scope: "project", file: "/w/app/.claude/settings.json", root: "/w/app" } as const;

export function ruleOf(text: string, behavior: Behavior): Rule {
  const rule = parseRule(text, behavior, SOURCE);
  if (isProblem(rule)) throw new Error(`${text}: ${rule.what}`);
  return rule;
}

export interface World extends Partial<Omit<GateContext, "rules">> {
  readonly rules?: readonly Rule[];
}

export function contextOf({ rules = [], ...rest }: World): GateContext {
  return {
    mode: "default",
    rules: compileRules(rules),
    cwd: "/w/app",
    folders: ["/w/app", "/w/more"],
    home: "/home/u",
    isConfined: false,
    realPath,
    ...rest,
  };
}

const SIGNS: Readonly<Record<string, Behavior>> = { "+": "allow", "?": "ask", "-": "deny" };
const FIELDS: Readonly<Record<string, string>> = {
  NotebookEdit: "notebook_path",
  WebFetch: "url",
  Agent: "subagent_type",
  Skill: "skill",
  Cd: "path",
  Grep: "path",
};

/** One line of the table: `conditions ‖ call ⇒ verdict by`. */
export interface Row {
  readonly sentence: string;
  readonly line: string;
  readonly context: GateContext;
  readonly call: GateCall;
  readonly hook: Behavior | undefined;
  readonly verdict: string;
}

/** `# ` begins a sentence, every other line is a row. Conditions: `+rule`, `?rule`, `-rule`, a mode, `hook:ask`, `confined`, `tool:standing`. */
export function rowsOf(table: string): readonly Row[] {
  let sentence = "";
  return table.split("\n").flatMap((line) => {
    if (line.startsWith("# ")) sentence = line.slice(2);
    if (line.trim() === "" || line.startsWith("# ")) return [];
    const [, conditions = "", call = "", verdict = ""] = /^(.*?)\s*‖ (.*) ⇒ (.*)$/.exec(line) ?? [];
    if (call === "") throw new Error(`no row: ${line}`);
    const words = conditions.split(" ; ").filter((word) => word !== "");
    return [{ sentence, line, call: callOf(call), verdict, ...situation(words) }];
  });
}

function situation(words: readonly string[]): Pick<Row, "context" | "hook"> {
  const world: {
    rules: Rule[];
    mode?: PermissionMode;
    isConfined?: boolean;
    standing?: NonNullable<GateContext["standing"]>;
  } = { rules: [] };
  let hook: Behavior | undefined;
  for (const word of words) {
    const sign = SIGNS[word.charAt(0)];
    const [key, value] = word.split(":");
    if (sign) world.rules.push(ruleOf(word.slice(1), sign));
    else if (word === "confined") world.isConfined = true;
    else if (key === "hook") hook = value as Behavior;
    else if (value !== undefined) world.standing = (tool) => (tool === key ? (value as "free") : undefined);
    else world.mode = word as PermissionMode;
  }
  return { context: contextOf(world), hook };
}

function callOf(text: string): GateCall {
  const decoded = text.replaceAll("⏎", "\n").replaceAll("␀", "\0");
  if (decoded.startsWith("$ ")) return { name: "Bash", input: { command: decoded.slice(2) } };
  const [, name = "", rest = ""] = /^(\S+) ?([^]*)$/.exec(decoded) ?? [];
  if (rest === "" || rest.startsWith("{"))
    return { name, input: rest === "" ? {} : (JSON.parse(rest) as unknown) };
  return { name, input: { [FIELDS[name] ?? "file_path"]: rest } };
}

export function bash(command: string, world: World = {}): Decision {
  return decide(contextOf(world), { name: "Bash", input: { command } });
}
