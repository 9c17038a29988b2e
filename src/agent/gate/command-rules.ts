import type { Rule } from "./rule.ts";
import { matchesAny } from "./rule-patterns.ts";
import type { CommandRules } from "./rule-set.ts";
import { isLiteral, knownPart, type Word } from "./shell-script.ts";

/** The words as they were written, a space between them. */
export function writtenText(words: readonly Word[]): string {
  return words.map(({ source }) => source).join(" ");
}

/** The texts that a deny or ask rule may mean: as written, without quotes, and with the program's bare name. */
function textsOf(words: readonly Word[]): readonly string[] {
  const texts = words.map(({ text }) => text);
  return [writtenText(words), texts.join(" "), withBareName(texts).join(" ")];
}

/** Without the path in front of the program. */
function withBareName([program = "", ...rest]: readonly string[]): readonly string[] {
  return [program.slice(program.lastIndexOf("/") + 1), ...rest];
}

/** Finds the first rule for exactly one of these texts. */
export type FindRule = (text: string, isExactOnly?: boolean) => Rule | undefined;

/** For all texts of one call: a rule whose words stand in none of them is not looked at for each. */
export function ruleFinder(rules: CommandRules, texts: readonly string[]): FindRule {
  const all = texts.join("\n");
  const loose = rules.loose.filter(({ narrow }) => all.includes(narrow?.command?.key ?? ""));
  return (text, isExactOnly = false) => {
    const matches = ({ narrow }: Rule): boolean => {
      const pattern = narrow?.command;
      return pattern !== undefined && (pattern.isExact || !isExactOnly) && matchesAny(pattern.globs, text);
    };
    return rules.byFirst.get(firstWord(text))?.find(matches) ?? loose.find(matches);
  };
}

/** The first rule that one of these texts matches. */
export function ruleForAny(rules: CommandRules, texts: readonly string[]): Rule | undefined {
  if (rules.all.length === 0) return undefined;
  const find = ruleFinder(rules, texts);
  for (const text of texts) {
    const rule = find(text);
    if (rule) return rule;
  }
  return undefined;
}

/** What a deny or ask rule may mean: the whole text, and each of these commands in any spelling. */
export function spellings(commands: readonly (readonly Word[])[], whole: string): readonly string[] {
  const texts = new Set([whole.trim().replace(/[ \t]+/g, " ")]);
  for (const words of commands) for (const text of textsOf(words)) texts.add(text);
  return [...texts];
}

/** The first rule that one of these commands may match, depending on what expands in it. */
export function ruleForSome(rules: CommandRules, commands: readonly (readonly Word[])[]): Rule | undefined {
  if (rules.all.length === 0) return undefined;
  const beginnings = new Set<string>();
  for (const words of commands) {
    const at = words.findIndex((word) => !isLiteral(word));
    const word = words[at];
    if (!word) continue;
    const texts = [...words.slice(0, at).map(({ text }) => text), knownPart(word)];
    for (const form of [texts, withBareName(texts)]) beginnings.add(form.join(" "));
  }
  for (const beginning of beginnings) {
    const rule = candidates(rules, beginning).find((one) => mayMatch(one, beginning));
    if (rule) return rule;
  }
  return undefined;
}

function candidates(rules: CommandRules, beginning: string): readonly Rule[] {
  if (!beginning.includes(" ")) return rules.all;
  return [...(rules.byFirst.get(firstWord(beginning)) ?? []), ...rules.loose];
}

function mayMatch({ narrow }: Rule, beginning: string): boolean {
  const pattern = narrow?.command;
  if (!pattern) return false;
  return pattern.head.startsWith(beginning) || (!pattern.isExact && beginning.startsWith(pattern.head));
}

function firstWord(text: string): string {
  const space = text.indexOf(" ");
  return space === -1 ? text : text.slice(0, space);
}
