import { ruleForAny, writtenText } from "./command-rules.ts";
import { escapedPath } from "./path-glob.ts";
import { isReadOnly } from "./read-only.ts";
import { isProblem, parseRule } from "./rule.ts";
import { compileRules } from "./rule-set.ts";
import type { Part, ShellCall } from "./shell-call.ts";
import { isLiteral } from "./shell-script.ts";

/** Longer than a person reads before saying always. */
const LONGEST = 200;
/** What these do stands in their arguments, in a file, or in what they are told next. */
const NEVER =
  /^(?:.*sh|eval|source|\.|exec|sudo|doas|su|env|xargs|find|watch|setsid|ionice|flock|ssh|scp|python[\d.]*|node|deno|bun|perl|ruby|php|lua|awk|gawk|sed|osascript|npx|bunx|pnpx|uvx|docker|podman|kubectl|rm|rmdir|dd|mkfs.*|chmod|chown|curl|wget|nc|ncat|socat|tee|crontab|at|export|set|alias|trap|cd|pushd|popd|kill|pkill|killall)$/;
/** Subcommands whose arguments choose what they work on, not what they run. */
const KNOWN = new Set(
  "git add|git commit|git switch|git stash|cargo build|cargo check|cargo clippy|cargo fmt|go vet|go fmt|npm test|npm ls|tsc --noEmit".split(
    "|",
  ),
);

/** A rule for this one command; undefined where nobody could say what it will allow. */
export function commandSuggestion(call: ShellCall): string | undefined {
  const [part, ...others] = call.parts;
  if (!part || others.length > 0 || call.trouble !== undefined || call.isOpaque) return undefined;
  const { words } = part.command;
  if (!isPlain(part) || NEVER.test(part.program ?? "") || isReadOnly(words)) return undefined;
  const text = writtenText(words);
  const start = writtenText(words.slice(0, 2));
  const rule = KNOWN.has(start) && words.length > 2 ? `Bash(${start} *)` : `Bash(${text})`;
  return allows(rule, text) ? rule : undefined;
}

/** Only words, each of which is what it looks like, and short enough to be read. */
function isPlain({ command: { words, assignments, redirects }, stages }: Part): boolean {
  if (assignments.length + redirects.length > 0 || stages.length > 1) return false;
  const text = writtenText(words);
  if (text.length > LONGEST || /[*\n\t]/.test(text)) return false;
  return words.every(isLiteral) && words[0]?.source === words[0]?.text;
}

/** Whether the rule, read back, is about that command. */
function allows(rule: string, text: string): boolean {
  const parsed = parseRule(rule, "allow", { scope: "session", file: undefined, root: "/" });
  return !isProblem(parsed) && ruleForAny(compileRules([parsed]).allow.commands, [text]) !== undefined;
}

/** A rule for a file, counted from the root instead of from the folder `dir`. */
export function fromRoot(rule: string, dir: string): string {
  return rule.replace(/^(Read|Edit)\(\/(?!\/)/, (_, tool: string) => `${tool}(/${escapedPath(dir)}/`);
}
