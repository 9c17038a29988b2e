import { isAbsolute, resolve } from "node:path";
import { isProtectedPath } from "../tools/protected-paths.ts";
import type { Behavior } from "./behavior.ts";
import type { GateContext } from "./gate-context.ts";
import { matchesPath } from "./path-glob.ts";
import type { Rule } from "./rule.ts";
import type { PathPattern } from "./rule-patterns.ts";
import type { PathTool } from "./rule-set.ts";

/** A path as a tool would use it: every absolute form that it has, as spelled and as it really is. */
export interface Place {
  readonly spelled: string;
  /** Without doubles; the spelled form first. */
  readonly forms: readonly string[];
}

/** Questions about paths in one decision: remembers what it resolved. */
export interface Places {
  /** From one of `bases`, where it is not absolute; more than one when it is not certain where the shell is. */
  readonly at: (path: string, bases: readonly string[]) => Place;
  readonly isInside: (place: Place) => boolean;
  /** Inside, or in a folder to read in. */
  readonly isReadable: (place: Place) => boolean;
  readonly isProtected: (place: Place) => boolean;
  /** deny and ask: the first rule that matches any form. allow: one, when every form is matched by some. */
  readonly rule: (behavior: Behavior, tool: PathTool, place: Place) => Rule | undefined;
}

export function placesOf(context: GateContext): Places {
  const { cwd, home, rules, realPath } = context;
  const both = (path: string): readonly string[] => [...new Set([path, realPath(path)])];
  const cwds = both(cwd);
  const folders = [...new Set([...cwds, ...context.folders.flatMap(both)])];
  const bases = new Map<string, readonly string[]>([
    ["/", ["/"]],
    [home, both(home)],
  ]);
  const basesOf = ({ from, root }: PathPattern, behavior: Behavior): readonly string[] => {
    if (from === "cwd") return behavior === "allow" ? cwds : folders;
    const base = { root: "/", home, source: root }[from];
    const known = bases.get(base) ?? both(base);
    bases.set(base, known);
    return known;
  };
  const partsBelow = rememberParts();
  const isMatched = (rule: Rule, form: string): boolean => {
    const pattern = rule.narrow?.path;
    if (!pattern) return false;
    return basesOf(pattern, rule.behavior).some((base) => {
      const parts = partsBelow(form, base);
      return parts !== undefined && matchesPath(pattern.glob, parts);
    });
  };
  const known = new Map<string, Place>();
  return {
    at: (path, from) => {
      const key = `${from.join("\0")}\0\0${path}`;
      const place = known.get(key) ?? placeOf(path, from, { home, realPath });
      known.set(key, place);
      return place;
    },
    isInside: isBelowOneOf(folders),
    isReadable: isBelowOneOf([...folders, ...(context.readable ?? []).flatMap(both)]),
    isProtected: ({ forms }) => forms.some(isProtectedPath),
    rule: (behavior, tool, { forms }) => {
      const candidates = rules[behavior].paths[tool];
      if (behavior !== "allow") return candidates.find((rule) => forms.some((form) => isMatched(rule, form)));
      const found = forms.map((form) => candidates.find((rule) => isMatched(rule, form)));
      return found.every((rule) => rule !== undefined) ? found[0] : undefined;
    },
  };
}

function isBelowOneOf(folders: readonly string[]): (place: Place) => boolean {
  return ({ forms }) => forms.every((form) => folders.some((folder) => isBelow(form, folder)));
}

/** The parts of a path below a folder; undefined = it is not in there. Each is taken apart once. */
function rememberParts(): (path: string, folder: string) => readonly string[] | undefined {
  const known = new Map<string, Map<string, readonly string[] | undefined>>();
  return (path, folder) => {
    const inFolder = known.get(folder) ?? new Map<string, readonly string[] | undefined>();
    known.set(folder, inFolder);
    if (!inFolder.has(path)) {
      const parts = path
        .slice(folder.length)
        .split("/")
        .filter((part) => part !== "");
      inFolder.set(path, isBelow(path, folder) ? parts : undefined);
    }
    return inFolder.get(path);
  };
}

/** The folder itself counts. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function placeOf(
  path: string,
  bases: readonly string[],
  { home, realPath }: Pick<GateContext, "home" | "realPath">,
): Place {
  const full = path === "~" || path.startsWith("~/") ? `${home}${path.slice(1)}` : path;
  const raw = isAbsolute(full) ? [full] : bases.map((base) => `${base}/${full}`);
  const spelled = raw.map((one) => resolve(one));
  // `link/..` is not where it seems to be: the shell follows the link first.
  const unresolved = /(^|\/)\.\.(\/|$)/.test(full) ? raw.map(realPath) : [];
  const forms = [...new Set([...spelled, ...spelled.map(realPath), ...unresolved])];
  return { spelled: spelled[0] ?? "/", forms };
}
