import type { Settings } from "../protocol/settings.ts";
import { parseSettings } from "./settings-file.ts";
import { type JsonNode, memberOf, scanJson } from "./settings-text.ts";

export type RuleBehavior = "allow" | "deny" | "ask";

export type RuleText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly line: number | undefined; readonly why: string };

/** The text of a settings file with one rule more, everything else as it was. `text` undefined: there is no file yet. */
export function textWithRule(text: string | undefined, rule: string, behavior: RuleBehavior): RuleText {
  if (text === undefined)
    return { ok: true, text: `${JSON.stringify({ permissions: { [behavior]: [rule] } }, null, 2)}\n` };
  const { content, problems } = parseSettings("", text);
  const scan = scanJson(text);
  if (content === undefined || !scan.ok)
    return { ok: false, line: problems[0]?.line, why: problems[0]?.what ?? "does not parse" };
  if (has(content, rule, behavior)) return { ok: true, text };
  const insertion = insertionOf(text, scan.root, rule, behavior);
  const after = `${text.slice(0, insertion.at)}${insertion.text}${text.slice(insertion.at)}`;
  if (has(parseSettings("", after).content, rule, behavior)) return { ok: true, text: after };
  throw new Error("a rule was put into a settings file and is not found there");
}

function has(settings: Settings | undefined, rule: string, behavior: RuleBehavior): boolean {
  return settings?.permissions?.[behavior]?.includes(rule) === true;
}

/** The text to put in, in the deepest of `permissions` and its list that is there. */
function insertionOf(
  text: string,
  root: JsonNode,
  rule: string,
  behavior: RuleBehavior,
): { readonly at: number; readonly text: string } {
  const permissions = memberOf(root, "permissions")?.value;
  const list = permissions && memberOf(permissions, behavior)?.value;
  const item = JSON.stringify(rule);
  if (list) return into(text, list, item);
  if (permissions) return into(text, permissions, `"${behavior}": [${item}]`);
  return into(text, root, `"permissions": { "${behavior}": [${item}] }`);
}

/** Behind the last member of a list or an object, or between its brackets; on a line of its own where the others are. */
function into(text: string, node: JsonNode, item: string): { readonly at: number; readonly text: string } {
  const last = node.members.at(-1);
  if (last === undefined) return { at: node.start + 1, text: item };
  const indent = /\n[ \t]*$/.exec(text.slice(0, last.start))?.[0] ?? " ";
  return { at: last.value.end, text: `,${indent}${item}` };
}
