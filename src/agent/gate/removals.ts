import { dirname } from "node:path";
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
  const end = words.findIndex(({ source }) => source === "--");
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
  const glob = shape.indexOf(GLOB);
  if (glob !== -1) return dangerOfGlob(shape, glob, { bases, context, places });
  const known = knownPart({ shape });
  // A variable behind a slash may be empty: then it is the folder in front of it.
  if (known === "" || (shape.includes(UNKNOWN) && !known.endsWith("/"))) return undefined;
  if (bases.isUncertain && !known.startsWith("/")) return "something in a folder that is not certain";
  const { forms } = places.at(known, bases.folders);
  return forms.map((form) => folderDanger(form, context)).find((what) => what !== undefined);
}

/** `~` and `$HOME` are known. */
function expanded({ shape, text }: Word, home: string): string {
  if (shape.startsWith(TILDE))
    return shape === TILDE || shape[1] === "/" ? `${home}${shape.slice(1)}` : `${UNKNOWN}/`;
  const named = /^(?:\$HOME|\$\{HOME\})(?=\/|$)/.exec(text);
  return named && shape.startsWith(UNKNOWN) ? `${home}${shape.slice(1)}` : shape;
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

/** A glob takes what lies in the folder in front of it. */
function dangerOfGlob(
  shape: string,
  glob: number,
  { bases, context, places }: Surroundings,
): string | undefined {
  const folder = shape.slice(0, shape.lastIndexOf("/", glob) + 1);
  if (/\.\.|\0/.test(shape.slice(folder.length))) return "what cannot be told before it runs";
  const { forms } = places.at(folder === "" ? "." : folder, bases.folders);
  if (forms.includes("/")) return "folders of the system";
  if (forms.some((form) => isAdditional(context, form))) return "files of an additional folder";
  const isAll = /^[*?.]+$/.test(shape.slice(folder.length).replaceAll(GLOB, "*"));
  const isBrace = shape.slice(glob).includes(",") && shape.slice(glob).includes("/");
  if (!isAll && !isBrace) return undefined;
  return forms.map((form) => folderDanger(form, context)).find((what) => what !== undefined);
}

function isAdditional({ folders, cwd }: GateContext, form: string): boolean {
  return folders.some((one) => isBelow(form, one) && !isBelow(form, cwd));
}
