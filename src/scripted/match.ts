import type { Facts } from "./conversation.ts";
import type { Captures } from "./fill.ts";
import type { Conditions, Reply, Rule, Step } from "./script.ts";

/** A rule's sequel that is not at its end. */
interface UnderWay {
  readonly rule: Rule;
  /** Index in `rule.sequel` of the step that answers next. */
  readonly at: number;
  /** Answers that step has given. */
  readonly given: number;
}

/** Where an agent is in its script. */
export interface Place {
  /** Answers that a rule has given. */
  readonly used: ReadonlyMap<Rule, number>;
  /** The innermost comes last: a rule that matches interrupts what is under way, which goes on after it. */
  readonly underWay: readonly UnderWay[];
  /** Named captures stay with the agent until they are caught anew. */
  readonly named: ReadonlyMap<string, string>;
}

export const FIRST_PLACE: Place = { used: new Map(), underWay: [], named: new Map() };

export type Match =
  | {
      readonly ok: true;
      readonly line: number;
      readonly reply: Reply;
      readonly captures: Captures;
      /** Where the agent is after this answer. */
      readonly place: Place;
    }
  /** `nearest`: the rule that failed by the fewest conditions, and by which. */
  | { readonly ok: false; readonly nearest: { readonly line: number; readonly why: string } | undefined };

/**
 * The answer to a request, in this order: the first rule with conditions that all hold and that is not used up; the next
 * step of what is under way; the first rule without conditions that is not used up. Pure.
 */
export function match(rules: readonly Rule[], place: Place, facts: Facts): Match {
  return (
    byRule(rules.filter(isConditional), place, facts) ??
    bySequel(place, facts) ??
    byRule(
      rules.filter((rule) => !isConditional(rule)),
      place,
      facts,
    ) ?? { ok: false, nearest: nearestRule(rules, place, facts) }
  );
}

function isConditional({ conditions }: Step): boolean {
  return Object.keys(conditions).length > 0;
}

function byRule(rules: readonly Rule[], place: Place, facts: Facts): Match | undefined {
  for (const rule of rules) {
    const used = place.used.get(rule) ?? 0;
    if (used >= rule.times) continue;
    const held = look(rule.conditions, facts);
    if (held.missed.length > 0) continue;
    const outer = rule.instead ? [] : place.underWay;
    const underWay = rule.sequel.length > 0 ? [...outer, { rule, at: 0, given: 0 }] : outer;
    return answer(rule, held, { ...place, used: new Map(place.used).set(rule, used + 1), underWay });
  }
  return undefined;
}

function bySequel(place: Place, facts: Facts): Match | undefined {
  const current = place.underWay.at(-1);
  const step = current?.rule.sequel[current.at];
  if (current === undefined || step === undefined) return undefined;
  const outer = place.underWay.slice(0, -1);
  const after = (at: number, given: number): readonly UnderWay[] =>
    at < current.rule.sequel.length ? [...outer, { ...current, at, given }] : outer;
  // A step that may answer any number of times waits for the one behind it.
  const behind = current.rule.sequel[current.at + 1];
  if (step.times === Infinity && behind !== undefined && isConditional(behind)) {
    const held = look(behind.conditions, facts);
    if (held.missed.length === 0)
      return answer(behind, held, {
        ...place,
        underWay: behind.times > 1 ? after(current.at + 1, 1) : after(current.at + 2, 0),
      });
  }
  const held = look(step.conditions, facts);
  if (held.missed.length > 0) return undefined;
  const given = current.given + 1;
  return answer(step, held, {
    ...place,
    underWay: given < step.times ? after(current.at, given) : after(current.at + 1, 0),
  });
}

interface Held {
  /** Conditions that do not hold, in words. */
  readonly missed: readonly string[];
  readonly caught: readonly RegExpExecArray[];
}

function look(conditions: Conditions, facts: Facts): Held {
  const { turn, tool, failed, text, heard, result } = conditions;
  const results = facts.results.filter((one) => tool === undefined || one.tool === tool);
  const missed: string[] = [];
  const caught: RegExpExecArray[] = [];
  if (turn !== undefined && turn !== facts.turn) missed.push(`turn ${turn} is wanted, this is ${facts.turn}`);
  if (tool !== undefined && results.length === 0) missed.push(`no result of ${tool}`);
  if (failed !== undefined && results.some((one) => one.isError) !== failed)
    missed.push(failed ? "no result is an error" : "a result is an error");
  const search = (name: string, pattern: RegExp | undefined, subject: string): void => {
    if (pattern === undefined) return;
    const found = pattern.exec(subject);
    if (found) caught.push(found);
    else missed.push(`${name} has no ${String(pattern)}`);
  };
  search("text", text, facts.text);
  search("the conversation", heard, facts.heard);
  search("result", result, results.map((one) => one.text).join("\n"));
  return { missed, caught };
}

function answer(step: Step, { caught }: Held, place: Place): Match {
  const named = new Map(place.named);
  for (const { groups } of caught)
    for (const [name, value] of Object.entries<string | undefined>(groups ?? {}))
      if (value !== undefined) named.set(name, value);
  return {
    ok: true,
    line: step.line,
    reply: step.reply,
    captures: { numbered: caught.flatMap((found) => found.slice(1)), named },
    place: { ...place, named },
  };
}

function nearestRule(
  rules: readonly Rule[],
  place: Place,
  facts: Facts,
): { readonly line: number; readonly why: string } | undefined {
  const current = place.underWay.at(-1);
  const step = current?.rule.sequel[current.at];
  const tried = rules.map((rule) => {
    const { missed } = look(rule.conditions, facts);
    const spent = (place.used.get(rule) ?? 0) >= rule.times ? ["it is used up"] : [];
    return { line: rule.line, missed: [...missed, ...spent] };
  });
  if (step) tried.unshift({ line: step.line, missed: [...look(step.conditions, facts).missed] });
  const [nearest] = tried.toSorted((one, other) => one.missed.length - other.missed.length);
  return nearest && { line: nearest.line, why: nearest.missed.join("; ") };
}
