import {
  type FindRule,
  ruleFinder,
  ruleForAny,
  ruleForSome,
  spellings,
  writtenText,
} from "./command-rules.ts";
import { isHarmlessSed } from "./file-operands.ts";
import type { GateContext } from "./gate-context.ts";
import type { Places } from "./places.ts";
import { isReadOnly } from "./read-only.ts";
import { criticalRemoval } from "./removals.ts";
import type { Rule } from "./rule.ts";
import type { PathTool } from "./rule-set.ts";
import { type Part, readShell, type ShellCall, withNames } from "./shell-call.ts";
import { type FileUse, fileUses } from "./shell-files.ts";
import { type Grant, isGrant, type Objection, type Subject } from "./subject.ts";
import { commandSuggestion } from "./suggestion.ts";

/** What `acceptEdits` lets run in the working folders. */
const EDITING = new Set("mkdir touch rm rmdir mv cp sed".split(" "));
const EXACT_ONLY = new Set("watch setsid ionice flock".split(" "));
const FIND_ACTS = /^-(?:exec|ok|delete|fprint|fls)/;

interface Scene {
  readonly call: ShellCall;
  readonly context: GateContext;
  readonly places: Places;
  readonly uses: readonly FileUse[];
  readonly usesOf: ReadonlyMap<Part | undefined, readonly FileUse[]>;
}

export function shellSubject(text: string, context: GateContext, places: Places): Subject {
  const call = readShell(text, context.cwd, context.home);
  const texts = spellings(call.views, text);
  const uses = fileUses(call, context, places);
  const scene: Scene = { call, context, places, uses, usesOf: usesByPart(uses) };
  return {
    limit: () => undefined,
    rule: (behavior) => ruleForAny(context.rules[behavior].commands, texts) ?? pathRule(scene, behavior),
    isWriting: () => isWriting(scene),
    unread: () => unread(scene),
    critical: () => critical(scene),
    protected: () => protectedUse(scene),
    grant: () => grant(scene),
    beyondTool: () =>
      scene.uses
        .filter(({ isRedirect }) => isRedirect)
        .map((use) => redirectTrouble(scene, use))
        .find(isFound),
    suggestion: () => commandSuggestion(call),
  };
}

function usesByPart(uses: readonly FileUse[]): Scene["usesOf"] {
  const found = new Map<Part | undefined, FileUse[]>();
  for (const use of uses) {
    const known = found.get(use.part);
    if (known) known.push(use);
    else found.set(use.part, [use]);
  }
  return found;
}

function isFound<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function pathRule(scene: Scene, behavior: "deny" | "ask"): Rule | undefined {
  for (const use of scene.uses) {
    const rule = useRule(scene, behavior, use);
    if (rule && !(use.isMaybe && behavior === "deny")) return rule;
    // What may be a write is not denied, and not done unasked either.
    const denied = use.isMaybe && behavior === "ask" ? useRule(scene, "deny", use) : undefined;
    if (denied) return denied;
  }
  return undefined;
}

function useRule(
  { context, places }: Scene,
  behavior: "deny" | "ask",
  { kind, place, below, part }: FileUse,
): Rule | undefined {
  const edit = kind === "write" ? wholeEdit(context, behavior) : undefined;
  if (edit || !place) return edit;
  const rule = (tool: PathTool): Rule | undefined =>
    places.rule(behavior, tool, place) ?? (below && places.rule(behavior, tool, below));
  const own = kind === "write" ? rule("Edit") : rule("Read");
  if (own) return own;
  if (part?.program === "cd") return rule("Cd");
  // Who may not read a file may not write it either.
  return kind === "write" && behavior === "deny" ? rule("Read") : undefined;
}

/** A rule that takes editing away altogether is about what the shell writes too. */
function wholeEdit({ rules }: GateContext, behavior: "deny" | "ask"): Rule | undefined {
  return rules[behavior].whole.find(({ tools }) => tools[0]?.head === "Edit" && tools[0].tail === undefined);
}

function isWriting({ uses }: Scene): boolean {
  return uses.some(
    ({ kind, isRedirect, part }) => kind === "write" && (isRedirect || EDITING.has(part?.program ?? "")),
  );
}

function unread({ call, context }: Scene): ReturnType<Subject["unread"]> {
  const { deny, ask } = context.rules;
  const maybe = ruleForSome(deny.commands, call.views) ?? ruleForSome(ask.commands, call.views);
  if (maybe)
    return {
      objection: {
        by: "unparsed",
        rule: maybe,
        reason: `Whether ${maybe.text} is about this command shows only when it runs.`,
      },
      isHiding: true,
    };
  const hasRules = deny.commands.all.length + ask.commands.all.length > 0;
  if (call.trouble !== undefined) {
    const isHiding = hasRules || /rm/.test(call.text.replace(/[\\'"\s]/g, ""));
    return {
      objection: { by: "unparsed", reason: `The command cannot be read for sure: it ${call.trouble}.` },
      isHiding,
    };
  }
  if (!call.isOpaque || !hasRules) return undefined;
  const reason =
    "The command starts another one that cannot be seen from here, and there are rules that may forbid it.";
  return { objection: { by: "unparsed", reason }, isHiding: true };
}

function critical({ call, context, places }: Scene): Objection | undefined {
  for (const words of call.views) {
    const what = criticalRemoval(words, call.bases, context, places);
    if (what !== undefined) return { by: "critical", reason: `${what}.` };
  }
  return undefined;
}

function protectedUse({ places, uses }: Scene): Objection | undefined {
  const use = uses.find(
    ({ kind, place, isRisky }) => kind === "write" && (isRisky || (place && places.isProtected(place))),
  );
  return use && { by: "protected", reason: `${use.source} is a protected path: something obeys it later.` };
}

/** What the shell itself opens. */
function shellWrites({ uses }: Scene): readonly FileUse[] {
  return uses.filter(({ isRedirect, part }) => isRedirect && part);
}

/** Why a redirection is not simply done where the whole shell is allowed. */
function redirectTrouble(
  { call, places }: Scene,
  { source, place, isExpanding, kind }: FileUse,
): Objection | undefined {
  if (!place || isExpanding)
    return { by: "path", reason: `Where the redirection to ${source} leads shows only when it runs.` };
  if (places.isInside(place)) return undefined;
  if (kind === "read" ? places.rule("allow", "Read", place) : places.rule("allow", "Edit", place))
    return undefined;
  return {
    by: "path",
    reason: `The redirection to ${source} leads out of the working folders${call.isMoving ? ", or may" : ""}.`,
  };
}

/** Every part has to be allowed by the mode or by a rule, and so has every file that the shell itself opens. */
function grant(scene: Scene): Grant | Objection {
  const { call, context } = scene;
  const texts = call.parts.flatMap((part) => allowedForms(part).map(writtenText));
  const find = ruleFinder(context.rules.allow.commands, texts);
  let rule: Rule | undefined;
  for (const part of call.parts) {
    const found = partGrant(scene, part, find);
    if (!isGrant(found)) return found;
    rule ??= found.rule;
  }
  for (const use of shellWrites(scene)) {
    const found = redirectGrant(scene, use);
    if (!isGrant(found)) return found;
    rule ??= found.rule;
  }
  return { rule };
}

function partGrant(scene: Scene, part: Part, find: FindRule): Grant | Objection {
  const { call, context } = scene;
  if (part.bare.length === 0)
    return part.isPlainlyAssigned
      ? { rule: undefined }
      : missing("It sets variables that may change what runs.");
  if (call.isMoving && part.program === "git")
    return missing("git in another folder obeys that folder's configuration.");
  if (part.isPlainlyAssigned && isFree(scene, part)) return { rule: undefined };
  const rule = context.mode === "plan" ? undefined : partRule(find, part);
  return rule ? { rule } : missing(`No rule allows ${shown(writtenText(part.bare))}.`);
}

function missing(reason: string): Objection {
  return { by: "mode", reason };
}

function shown(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Reading in the working folders is free, in `acceptEdits` some writing too. */
function isFree({ context, places, usesOf }: Scene, part: Part): boolean {
  if (!isReadOnly(part.bare) && !(context.mode === "acceptEdits" && isEditing(part))) return false;
  // What comes from another program's output is no certain file, and `cd` alone goes home.
  if (part.takesMore && part.program !== "echo") return false;
  if (part.program === "cd" && part.bare.length === 1) return false;
  return (usesOf.get(part) ?? []).every((use) => use.isRedirect || isFreeUse({ context, places }, use));
}

function isEditing({ program, bare }: Part): boolean {
  if (!EDITING.has(program ?? "") || program !== bare[0]?.text) return false;
  return program !== "sed" || isHarmlessSed(bare);
}

function isFreeUse({ context, places }: Pick<Scene, "context" | "places">, use: FileUse): boolean {
  const { kind, place, isGlob } = use;
  if (!place || mayBeGuarded(context, use)) return false;
  if (kind === "write") return places.isInside(place);
  return places.isReadable(place) || (!isGlob && places.rule("allow", "Read", place) !== undefined);
}

/** What a glob finds, or lies in a folder, may be a file that a rule is about. Moving a file shows nothing of it. */
function mayBeGuarded({ rules: { deny, ask } }: GateContext, { kind, below, isGlob }: FileUse): boolean {
  if (!isGlob && !below) return false;
  const hasRules = (tool: PathTool): boolean => deny.paths[tool].length + ask.paths[tool].length > 0;
  return (kind === "write" && hasRules("Edit")) || ((kind === "read" || isGlob) && hasRules("Read"));
}

function partRule(find: FindRule, part: Part): Rule | undefined {
  const isExactOnly = part.stages.some(isHardToSee);
  for (const words of allowedForms(part)) {
    const rule = find(writtenText(words), isExactOnly);
    if (rule) return rule;
  }
  return undefined;
}

/** The forms of a part that an allow rule may be about: with its assignments, and without them where they change nothing. */
function allowedForms({ command, stages, isPlainlyAssigned }: Part): readonly Part["bare"][] {
  const written = command.assignments.length > 0 ? withNames(command) : stages.slice(0, 1);
  return isPlainlyAssigned ? [...written, ...stages] : written;
}

/** What these start is not covered by a pattern that somebody wrote for something else. */
function isHardToSee(words: Part["bare"]): boolean {
  const program = words[0]?.text.replace(/^.*\//, "") ?? "";
  return EXACT_ONLY.has(program) || (program === "find" && words.some(({ text }) => FIND_ACTS.test(text)));
}

function redirectGrant(scene: Scene, use: FileUse): Grant | Objection {
  const { call, context, places } = scene;
  const { kind, place, source } = use;
  const trouble = redirectTrouble(scene, use);
  if (trouble || !place) return trouble ?? missing("It is not certain where a redirection leads.");
  if (kind === "read") return { rule: undefined };
  if (call.isMoving) return missing(`It changes the folder and then writes to ${source}.`);
  const rule = places.rule("allow", "Edit", place) ?? wholeAllow(context);
  if (rule || context.mode === "acceptEdits") return { rule };
  return missing(`No rule allows to write ${source}.`);
}

function wholeAllow({ rules }: GateContext): Rule | undefined {
  return rules.allow.whole.find(({ tools }) => tools[0]?.head === "Edit");
}
