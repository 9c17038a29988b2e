import { isDeep, operandsOf } from "./file-operands.ts";
import type { GateContext } from "./gate-context.ts";
import type { Place, Places } from "./places.ts";
import { mayNameProtected } from "./protected-globs.ts";
import { type Part, pathOf, type ShellCall } from "./shell-call.ts";
import { GLOB, isLiteral, knownPart, type Redirect, TILDE, UNKNOWN, type Word } from "./shell-script.ts";

/** A file that a command names. */
export interface FileUse {
  readonly kind: "read" | "write";
  readonly source: string;
  /** Where it is; of a glob the folder in front of it; undefined = known only when it runs. */
  readonly place: Place | undefined;
  readonly isGlob: boolean;
  /** What the shell makes of it may be a protected path. */
  readonly isRisky: boolean;
  /** Something in it expands. */
  readonly isExpanding: boolean;
  /** What lies in it, when the command is about a folder with everything in it. */
  readonly below: Place | undefined;
  /** Only if something that is not seen from here is a folder. */
  readonly isMaybe: boolean;
  /** Where a redirection goes: the shell itself writes there, whatever the command may do. */
  readonly isRedirect: boolean;
  /** The part of the call that names it; undefined = a hidden command. */
  readonly part: Part | undefined;
}

/** All files that the commands of a call are known to name. `/dev/null` is none. */
export function fileUses(call: ShellCall, context: GateContext, places: Places): readonly FileUse[] {
  const shown = call.parts.flatMap((part) =>
    namedBy(part.bare, part.command.redirects).map((named) => ({ ...named, part })),
  );
  const hidden = call.hidden.flatMap(({ words, redirects }) =>
    namedBy(words, redirects).map((named) => ({ ...named, part: undefined })),
  );
  return [...shown, ...hidden]
    .filter(({ word }) => word.shape !== "/dev/null")
    .map(({ kind, word, isDeep: isAll, ...rest }) => ({
      kind,
      source: word.source,
      place: placeOf(word, call, context, places),
      below: isAll ? placeOf(anyIn(word), call, context, places) : undefined,
      isGlob: word.shape.includes(GLOB),
      isRisky: word.shape.includes(GLOB) && mayNameProtected(word.text),
      isExpanding: !isLiteral(word),
      ...rest,
    }));
}

/** A name that nobody gives to a file: a rule that is about it is about everything in the folder. */
function anyIn({ source, text, shape }: Word): Word {
  return { source, text: `${text}/\uffff`, shape: `${shape}/\uffff` };
}

interface Named extends Pick<FileUse, "kind" | "isRedirect" | "isMaybe"> {
  readonly word: Word;
  readonly isDeep: boolean;
}

function namedBy(words: readonly Word[], redirects: readonly Redirect[]): readonly Named[] {
  const { reads, writes, maybeWrites = [] } = operandsOf(words);
  const plain = { isRedirect: false, isMaybe: false, isDeep: isDeep(words) };
  return [
    ...reads.map((word) => ({ ...plain, kind: "read" as const, word })),
    ...writes.map((word) => ({ ...plain, kind: "write" as const, word })),
    ...maybeWrites.map((word) => ({ ...plain, kind: "write" as const, word, isMaybe: true })),
    ...redirects.map(({ direction, target }) => ({
      kind: direction === "read" ? ("read" as const) : ("write" as const),
      word: target,
      isRedirect: true,
      isMaybe: false,
      isDeep: false,
    })),
  ];
}

function placeOf(word: Word, { bases }: ShellCall, { home }: GateContext, places: Places): Place | undefined {
  const path = word.shape.includes(GLOB) ? globFolder(word) : pathOf(word, home);
  if (path === undefined || (bases.isUncertain && !/^[/~]/.test(path))) return undefined;
  return places.at(path, bases.folders);
}

/** The folder whose entries a glob names, when the glob is in the last part of the path only. */
function globFolder(word: Word): string | undefined {
  const known = knownPart(word);
  const rest = word.shape.slice(known.length);
  if (word.shape.startsWith(TILDE) || rest.includes("/") || rest.includes("..") || rest.includes(UNKNOWN))
    return undefined;
  const folder = known.slice(0, known.lastIndexOf("/") + 1);
  return folder === "" ? "." : folder;
}
