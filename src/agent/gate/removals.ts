import { dirname, join } from "node:path";
import { programOf } from "./command-stages.ts";
import type { GateContext } from "./gate-context.ts";
import { isBelow, type Places } from "./places.ts";
import { GLOB, knownPart, TILDE, UNKNOWN, type Word } from "./shell-script.ts";

/** Where the shell may be when a command runs; undefined among them: it cannot be told. */
export interface Bases {
  readonly folders: readonly string[];
  readonly isUncertain: boolean;
}

/** Why a removal takes too much to be done unasked; undefined = it does not, or it is no removal. */
export function criticalRemoval(
  words: readonly Word[],
  bases: Bases,
  context: GateContext,
  places: Places,
): string | undefined {
  const program = programOf(words);
  if (program !== "rm" && program !== "rmdir") return undefined;
  const end = words.findIndex(({ text }) => text === "--");
  const targets = words
    .slice(1)
    .filter(({ text }, index) => !text.startsWith("-") || (end !== -1 && index >= end));
  for (const target of targets) {
    const what = dangerOf(target, bases, context, places);
    if (what !== undefined) return `${program} ${target.source} would remove ${what}`;
  }
  return undefined;
}

function dangerOf(target: Word, bases: Bases, context: GateContext, places: Places): string | undefined {
  const shape = expanded(target, context.home);
  if (shape.includes(`${UNKNOWN}/`) || shape.includes(`${UNKNOWN}${GLOB}`))
    return "more than is meant when the variable is empty";
  if (shape.includes(GLOB)) return dangerOfGlob({ ...target, shape }, { bases, context, places });
  const known = knownPart({ shape });
  // A variable behind a slash may be empty: then it is the folder in front of it.
  if (known === "" || (shape.includes(UNKNOWN) && !known.endsWith("/"))) return undefined;
  if (bases.isUncertain && !known.startsWith("/")) return "something in a folder that is not certain";
  const { forms } = places.at(known, bases.folders);
  return forms.map((form) => folderDanger(form, context)).find((what) => what !== undefined);
}

/** How a home folder is written, and the folder that the shell is in. */
const HOME = /^(?:\$HOME|\$\{HOME(?::?\?[^}]*)?\})(?=\/|$)/;
const HERE = /^(?:\$PWD|\$\{PWD(?::?\?[^}]*)?\}|\$\(\s*pwd\s*\)|`\s*pwd\s*`)(?=\/|$)/;

/** `~`, `$HOME` and `$PWD` are known. */
function expanded({ shape, text }: Word, home: string): string {
  if (shape.startsWith(TILDE))
    return shape === TILDE || shape[1] === "/" ? `${home}${shape.slice(1)}` : `${UNKNOWN}/`;
  if (!shape.startsWith(UNKNOWN)) return shape;
  if (HOME.test(text)) return `${home}${shape.slice(1)}`;
  return HERE.test(text) ? `.${shape.slice(1)}` : shape;
}

function folderDanger(path: string, { cwd, home, realPath }: GateContext): string | undefined {
  if (path === "/") return "the whole disk";
  if (dirname(path) === "/") return "a folder of the system";
  if (isBelow(home, path) || isBelow(realPath(home), path)) return "the home folder";
  if (isBelow(cwd, path) || isBelow(realPath(cwd), path)) return "the working folder";
  return undefined;
}

interface Surroundings {
  readonly bases: Bases;
  readonly context: GateContext;
  readonly places: Places;
}

/** A glob takes what lies in the folder in front of it; braces may name that folder itself. */
function dangerOfGlob(target: Word, { bases, context, places }: Surroundings): string | undefined {
  const { shape, text } = target;
  const folder = shape.slice(0, shape.lastIndexOf("/", shape.indexOf(GLOB)) + 1);
  const rest = shape.slice(folder.length);
  if (/\.\.|\0/.test(rest)) return "what cannot be told before it runs";
  const { forms } = places.at(folder === "" ? "." : folder, bases.folders);
  if (forms.includes("/")) return "folders of the system";
  if (forms.some((form) => isAdditional(context, form))) return "files of an additional folder";
  const isBraced = text.includes("{");
  const isAll = /^[*?.]+$/.test(rest.replaceAll(GLOB, "*")) || /[{,][,}]/.test(text);
  const isWhole = isAll || (isBraced && rest.includes("/"));
  return forms
    .flatMap((form) => [...(isWhole ? [form] : []), ...namedBelow(form, target, context)])
    .map((form) => folderDanger(form, context))
    .find((what) => what !== undefined);
}

/** Of the home and the working folder, and of what lies above them, what the glob may name. */
function namedBelow(
  folder: string,
  { shape, text }: Word,
  { cwd, home, realPath }: GateContext,
): readonly string[] {
  const [first = "", ...deeper] = shape.slice(shape.lastIndexOf("/", shape.indexOf(GLOB)) + 1).split("/");
  const [start = "", ...others] = first.split(GLOB);
  // What stands behind the last star is certain, unless it belongs to braces or brackets.
  const end = /[{[]/.test(text) ? "" : (others.at(-1) ?? "");
  const below = deeper.join("/");
  return [home, realPath(home), cwd, realPath(cwd)].flatMap((kept) => {
    if (kept === folder || !isBelow(kept, folder)) return [];
    const [name = ""] = kept.slice(folder.length).replace(/^\//, "").split("/", 1);
    if (!name.startsWith(start) || !name.endsWith(end)) return [];
    return [join(folder, name, below.includes(GLOB) ? "" : below)];
  });
}

function isAdditional({ folders, cwd }: GateContext, form: string): boolean {
  return folders.some((one) => isBelow(form, one) && !isBelow(form, cwd));
}
