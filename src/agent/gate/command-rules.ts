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
  const plain = words.map(({ text }) => text).join(" ");
  return [writtenText(words), plain, plain.replace(/^[^ ]*\/(?=[^ /])/, "")];
}

/** The first rule for exactly this text. */
export function ruleFor(rules: CommandRules, text: string): Rule | undefined {
  const matches = ({ narrow }: Rule): boolean =>
    narrow?.command !== undefined && matchesAny(narrow.command.globs, text);
  return rules.byFirst.get(firstWord(text))?.find(matches) ?? rules.loose.find(matches);
}

/** The first rule that one of these commands matches in any spelling. */
export function ruleForAny(
  rules: CommandRules,
  commands: readonly (readonly Word[])[],
  whole: string,
): Rule | undefined {
  if (rules.all.length === 0) return undefined;
  const texts = new Set([whole.trim().replace(/[ \t]+/g, " ")]);
  for (const words of commands) for (const text of textsOf(words)) texts.add(text);
  for (const text of texts) {
    const rule = ruleFor(rules, text);
    if (rule) return rule;
  }
  return undefined;
}

/** The first rule that one of these commands may match, depending on what expands in it. */
export function ruleForSome(rules: CommandRules, commands: readonly (readonly Word[])[]): Rule | undefined {
  if (rules.all.length === 0) return undefined;
  const beginnings = new Set<string>();
  for (const words of commands) {
    const at = words.findIndex((word) => !isLiteral(word));
    const word = words[at];
    if (word) beginnings.add([...words.slice(0, at).map(({ text }) => text), knownPart(word)].join(" "));
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
