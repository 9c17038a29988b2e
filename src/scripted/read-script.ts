import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { isErrno, TroupeError } from "../base/errors.ts";
import { type InputTemplate, splitTemplate, type Template } from "./fill.ts";
import { nearest } from "./nearest.ts";
import { parsePattern } from "./pattern.ts";
import {
  type Conditions,
  FaultFields,
  type Reply,
  type Rule,
  RuleFields,
  type Script,
  ScriptFields,
  type Step,
  StepFields,
} from "./script.ts";
import { parseSource, type SourceLines } from "./source.ts";

/** Reads a script file: YAML, or JSON lines when the name ends in `.jsonl`. Throws `bad_script` with file and line. */
export async function readScript(path: string): Promise<Script> {
  const files = new Map<string, string>();
  const text = await readText(path, path, 1);
  const { value, lines } = parseSource(text, path);
  for (const { name, at } of fileReferences(value, []))
    files.set(name, await readText(resolve(dirname(path), name), path, lines.lineOf(at)));
  return compile(value, lines, files);
}

/** Parses the text of a script; `name` is for messages and decides the format as in `readScript`. No `$file` here. */
export function parseScript(text: string, name: string): Script {
  const { value, lines } = parseSource(text, name);
  return compile(value, lines, new Map());
}

type Path = readonly PropertyKey[];

async function readText(path: string, script: string, line: number): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT", "EISDIR", "EACCES", "ENOTDIR"))
      throw new TroupeError("bad_script", `${script}:${line}: cannot read ${path}: ${error.code}`, {
        cause: error,
      });
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{ $file: name }` where a string is expected stands for the content of that file, beside the script, as it is. */
function fileName(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const name = value["$file"];
  return typeof name === "string" && Object.keys(value).length === 1 ? name : undefined;
}

function fileReferences(value: unknown, at: Path): readonly { name: string; at: Path }[] {
  const name = fileName(value);
  if (name !== undefined) return [{ name, at }];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => fileReferences(item, [...at, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => fileReferences(item, [...at, key]));
}

interface Compiling {
  readonly lines: SourceLines;
  readonly files: ReadonlyMap<string, string>;
  /** Names that the agent's patterns capture. */
  readonly names: ReadonlySet<string>;
}

function compile(value: unknown, lines: SourceLines, files: ReadonlyMap<string, string>): Script {
  // The one key that a record passes over without a word.
  if (isRecord(value) && isRecord(value["agents"]) && Object.hasOwn(value["agents"], "__proto__"))
    throw lines.error(["agents", "__proto__"], "Invalid key in record");
  const parsed = ScriptFields.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue) throw schemaError(issue, lines);
    throw parsed.error;
  }
  const agents = new Map<string, readonly Rule[]>();
  for (const [agent, rules] of Object.entries(parsed.data.agents)) {
    const names = new Set(
      rules.flatMap((rule, index) =>
        [rule, ...(rule.next ?? [])].flatMap((step) => captureNames(step, lines, ["agents", agent, index])),
      ),
    );
    const compiling = { lines, files, names };
    agents.set(
      agent.toLowerCase(),
      rules.map((rule, index) => {
        const at = ["agents", agent, index];
        const { turn, instead = false } = rule;
        const step = compileStep(rule, at, compiling);
        const sequel = (rule.next ?? []).map((next, place) =>
          compileStep(next, [...at, "next", place], compiling),
        );
        return { ...step, conditions: { ...step.conditions, ...(turn && { turn }) }, instead, sequel };
      }),
    );
  }
  return { name: lines.name, model: parsed.data.model, agents };
}

function schemaError(issue: z.core.$ZodIssue, lines: SourceLines): TroupeError {
  if (issue.code !== "unrecognized_keys") return lines.error(issue.path, issue.message);
  const key = issue.keys[0] ?? "";
  const known = knownKeys(issue.path);
  const [close] = nearest(key, known);
  return lines.error(
    [...issue.path, key],
    `${key} is not a field here`,
    close === undefined ? `known fields: ${known.join(", ")}` : `did you mean ${close}?`,
  );
}

function knownKeys(path: Path): readonly string[] {
  if (path.length === 0) return Object.keys(ScriptFields.shape);
  if (path.includes("fault")) return Object.keys(FaultFields.shape);
  if (path.includes("usage")) return ["input", "output", "cacheRead", "cacheWrite"];
  if (path.includes("call")) return ["tool", "input"];
  return Object.keys(path.includes("next") ? StepFields.shape : RuleFields.shape);
}

const PATTERNS = ["text", "heard", "result"] as const;

function captureNames(step: StepFields, lines: SourceLines, at: Path): readonly string[] {
  return PATTERNS.flatMap((field) => {
    const source = step[field];
    if (source === undefined) return [];
    return captures(pattern(source, lines, [...at, field])).names;
  });
}

function pattern(source: string, lines: SourceLines, at: Path): RegExp {
  const parsed = parsePattern(source);
  if (!parsed.ok) throw lines.error(at, parsed.why);
  return parsed.pattern;
}

/** What a pattern captures, found by matching it with nothing. */
function captures(expression: RegExp): { readonly count: number; readonly names: readonly string[] } {
  const found = new RegExp(`${expression.source}|`, expression.flags).exec("");
  return { count: (found?.length ?? 1) - 1, names: Object.keys(found?.groups ?? {}) };
}

function compileStep(fields: StepFields, at: Path, compiling: Compiling): Step {
  const { lines } = compiling;
  const line = lines.lineOf(at);
  if (fields.say === undefined && fields.call === undefined && fields.fault === undefined)
    throw lines.error(at, "a rule needs a reply: say, call or fault");
  const conditions: { -readonly [K in keyof Conditions]: Conditions[K] } = {};
  let groups = 0;
  for (const field of PATTERNS) {
    const source = fields[field];
    if (source === undefined) continue;
    const expression = pattern(source, lines, [...at, field]);
    conditions[field] = expression;
    groups += captures(expression).count;
  }
  if (fields.tool !== undefined) conditions.tool = fields.tool;
  if (fields.failed !== undefined) conditions.failed = fields.failed;
  const template = (text: string, where: Path): Template => {
    const pieces = splitTemplate(text);
    for (const piece of pieces) {
      if ("text" in piece) continue;
      const known =
        typeof piece.capture === "number" ? piece.capture <= groups : compiling.names.has(piece.capture);
      if (!known)
        throw lines.error(
          where,
          `${piece.source} names no capture of this ${typeof piece.capture === "number" ? "rule" : "agent"}`,
          `a dollar sign that stands for itself is written $$`,
        );
    }
    return pieces;
  };
  return {
    line,
    conditions,
    times: fields.times === "any" ? Infinity : (fields.times ?? 1),
    reply: compileReply(fields, at, { ...compiling, template }),
  };
}

function compileReply(
  fields: StepFields,
  at: Path,
  compiling: Compiling & { readonly template: (text: string, where: Path) => Template },
): Reply {
  const { say, stop, model, fault } = fields;
  return {
    ...(say !== undefined && { say: compiling.template(say, [...at, "say"]) }),
    calls: (fields.call ?? []).map(({ tool, input }, index) => ({
      tool,
      input: compileInput(input, [...at, "call", index, "input"], compiling),
    })),
    ...(stop !== undefined && { stop }),
    usage: fields.usage ?? {},
    delayMs: fields.delayMs ?? 0,
    ...(model !== undefined && { model }),
    ...(fault !== undefined && { fault }),
  };
}

function compileInput(
  value: z.core.util.JSONType,
  at: Path,
  compiling: Compiling & { readonly template: (text: string, where: Path) => Template },
): InputTemplate {
  if (typeof value === "string") return { template: compiling.template(value, at) };
  const file = fileName(value);
  if (file !== undefined) {
    const content = compiling.files.get(file);
    if (content === undefined)
      throw compiling.lines.error(at, `$file needs a script that is a file: ${file}`);
    return { value: content };
  }
  if (Array.isArray(value))
    return { list: value.map((item, index) => compileInput(item, [...at, index], compiling)) };
  if (typeof value === "object" && value !== null)
    return {
      fields: Object.entries(value).map(
        ([key, item]) => [key, compileInput(item, [...at, key], compiling)] as const,
      ),
    };
  return { value };
}
