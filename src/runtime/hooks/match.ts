import { createContext, Script } from "node:vm";
import { isRecord } from "../../base/is-record.ts";
import type { HookEvent } from "../../protocol/hooks.ts";

/** A pattern is run on so many characters at most. */
const LONGEST_SUBJECT = 256;
/** How long one look of a pattern may take, in ms: somebody else's expression must not stop an agent (faults.md L25). */
const LOOK_MS = 50;
/** Answers that are remembered; tools have few names. */
const MOST_KNOWN = 1_000;

/** True when the handler is meant. */
export type Matcher = (subject: string) => boolean;

/** The test that a matcher stands for, or what is wrong with it. Source: docs/hooks.md. */
export function compileMatcher(
  event: HookEvent,
  pattern: string | undefined,
): Matcher | { readonly wrong: string } {
  if (pattern === undefined || pattern === "" || pattern === "*") return () => true;
  if (isList(event, pattern)) {
    const names = new Set(pattern.split(event === "StopFailure" ? "|" : /[|,]/).map((name) => name.trim()));
    return (subject) => names.has(subject);
  }
  return compileExpression(pattern);
}

/** Names only, as opposed to an expression. */
function isList(event: HookEvent, pattern: string): boolean {
  return event === "StopFailure" ? /^[A-Za-z0-9_|]+$/.test(pattern) : /^[A-Za-z0-9_\- ,|]+$/.test(pattern);
}

function compileExpression(pattern: string): Matcher | { readonly wrong: string } {
  const wrong = whyNoExpression(pattern);
  if (wrong !== undefined) return { wrong };
  const script = new Script(`new RegExp(${JSON.stringify(pattern)}).test(subject)`);
  const known = new Map<string, boolean>();
  return (whole) => {
    const subject = whole.slice(0, LONGEST_SUBJECT);
    const before = known.get(subject);
    if (before !== undefined) return before;
    if (known.size >= MOST_KNOWN) known.clear();
    const answer = look(script, subject);
    known.set(subject, answer);
    return answer;
  };
}

/** An expression that does not come to an end in time matches: a hook too many is better than a guard too few. */
function look(script: Script, subject: string): boolean {
  try {
    return script.runInContext(createContext({ subject }), { timeout: LOOK_MS }) === true;
  } catch (error) {
    // Made in the other context, so it is no `Error` of this one.
    if (isRecord(error) && error["code"] === "ERR_SCRIPT_EXECUTION_TIMEOUT") return true;
    throw error;
  }
}

function whyNoExpression(pattern: string): string | undefined {
  try {
    RegExp(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
