import { type Document, isMap, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { TroupeError } from "../base/errors.ts";

type Path = readonly PropertyKey[];

/** Where the values of a script stand in its text. */
export interface SourceLines {
  readonly name: string;
  /** The line, from 1, of the value at a path or of the nearest one around it. */
  readonly lineOf: (path: Path) => number;
  readonly error: (path: Path, what: string, hint?: string) => TroupeError;
}

export interface Source {
  readonly value: unknown;
  readonly lines: SourceLines;
}

/** The value that a script's text stands for: JSON lines when the name ends in `.jsonl`, otherwise YAML. Throws `bad_script`. */
export function parseSource(text: string, name: string): Source {
  const source = name.endsWith(".jsonl") ? parseJsonLines(text, name) : parseYaml(text, name);
  refuseEndless(source.value, name);
  return source;
}

/** What an alias puts inside itself has no end, and what nests thousands deep cannot be walked: neither is JSON. */
function refuseEndless(value: unknown, name: string): void {
  try {
    JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw badScript(name, 1, "it nests too deep");
    if (error instanceof TypeError) throw badScript(name, 1, "an alias stands inside its own anchor");
    throw error;
  }
}

function badScript(name: string, line: number, what: string, hint?: string): TroupeError {
  return new TroupeError("bad_script", `${name}:${line}: ${what}`, {
    ...(hint !== undefined && { hint }),
    details: { file: name, line },
  });
}

function sourceLines(name: string, lineOf: (path: Path) => number, from = 0): SourceLines {
  const error = (path: Path, what: string, hint?: string): TroupeError => {
    const field = path.slice(from).map(String).join(".");
    return badScript(name, lineOf(path), field === "" ? what : `${field}: ${what}`, hint);
  };
  return { name, lineOf, error };
}

function parseYaml(text: string, name: string): Source {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, logLevel: "error" });
  const [problem] = document.errors;
  if (problem) {
    const line = counter.linePos(problem.pos[0]).line;
    throw badScript(name, line, problem.message.split("\n")[0] ?? problem.code);
  }
  const lineOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset !== undefined) return counter.linePos(offset).line;
    }
    return 1;
  };
  return { value: valueOf(document, name), lines: sourceLines(name, lineOf) };
}

/** What the document says. An alias without its anchor, or one inside itself, is found only here. */
function valueOf(document: Document, name: string): unknown {
  try {
    // A few anchors are fine, thousands are an attack on memory: the default of the package stays (100).
    return document.toJS();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw badScript(name, 1, error.message.split("\n")[0] ?? error.message);
  }
}

/** Where the key stands when the path ends in one, otherwise where the value stands. */
function offsetOf(document: Document, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
    if (isPair(pair) && isScalar(pair.key)) return pair.key.range?.[0];
  }
  const node: unknown = document.getIn(path, true);
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  const start: unknown = Array.isArray(node.range) ? node.range[0] : undefined;
  return typeof start === "number" ? start : undefined;
}

const HeadLine = z.looseObject({ model: z.string() });
const RuleLine = z.looseObject({ agent: z.string() });

/** One rule a line with the `agent` it is for; a line without `agent` that has `model` names the model. */
function parseJsonLines(text: string, name: string): Source {
  // A map: an agent may be called constructor.
  const agents = new Map<string, unknown[]>();
  const linesOf = new Map<string, number>();
  let model: unknown;
  for (const [index, raw] of text.split("\n").entries()) {
    if (raw.trim() === "") continue;
    const value = parseJson(raw, name, index + 1);
    const rule = RuleLine.safeParse(value);
    if (rule.success) {
      const { agent, ...fields } = rule.data;
      const rules = agents.get(agent) ?? [];
      agents.set(agent, rules);
      linesOf.set(`${agent} ${rules.length}`, index + 1);
      rules.push(fields);
      continue;
    }
    const head = HeadLine.safeParse(value);
    if (!head.success) throw badScript(name, index + 1, "a line is a rule with agent, or names the model");
    model = head.data.model;
  }
  const lineOf = ([, agent, index]: Path): number => linesOf.get(`${String(agent)} ${String(index)}`) ?? 1;
  return {
    value: { ...(model !== undefined && { model }), agents: Object.fromEntries(agents) },
    lines: sourceLines(name, lineOf),
  };
}

function parseJson(text: string, name: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw badScript(name, line, `not JSON: ${error.message}`);
    throw error;
  }
}
