import { resolve } from "node:path";
import { programOf, type Stages, stagesOf } from "./command-stages.ts";
import { hiddenIn } from "./hidden-commands.ts";
import type { Bases } from "./removals.ts";
import { parseShell } from "./shell-parse.ts";
import { type Command, isLiteral, TILDE, type Word } from "./shell-script.ts";

/** One command of a shell call, with what it is without its wrappers. */
export interface Part extends Stages {
  readonly command: Command;
  readonly program: string | undefined;
  /** Only names in front of it that change no program. */
  readonly isPlainlyAssigned: boolean;
}

/** A text for the shell, taken apart. */
export interface ShellCall {
  readonly text: string;
  readonly parts: readonly Part[];
  /** What other programs in it would start: seen to forbid it, never to allow it. */
  readonly hidden: readonly Command[];
  /** Every word list that may become a command: the parts, without wrappers, and the hidden ones. */
  readonly views: readonly (readonly Word[])[];
  /** Why not all of it is known; undefined = it is. */
  readonly trouble: string | undefined;
  /** A program in it runs something that cannot be seen. */
  readonly isOpaque: boolean;
  readonly bases: Bases;
  /** It changes to another folder than the one it begins in. */
  readonly isMoving: boolean;
}

/** Variables that choose how programs talk, not what they do. */
const PLAIN_NAMES =
  /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CLICOLOR|CLICOLOR_FORCE|COLUMNS|LINES|NODE_ENV|CI|GOOS|GOARCH|CGO_ENABLED|RUST_BACKTRACE|RUST_LOG|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE)$/;

export function readShell(text: string, cwd: string, home: string): ShellCall {
  const { commands, trouble } = parseShell(text);
  const parts = commands.map(partOf);
  const views = parts.flatMap(({ stages, command }) => [...stages, ...withNames(command)]);
  const hidden = collectHidden(parts);
  const moved = basesOf(parts, cwd, home);
  const isMovedInside = hidden.commands.some(({ words }) =>
    /^(?:cd|pushd|popd)$/.test(programOf(words) ?? ""),
  );
  const isDynamic = parts.some(({ bare, program }) => bare.length > 0 && program === undefined);
  return {
    text,
    parts,
    hidden: hidden.commands,
    views: [...views, ...hidden.commands.map(({ words }) => words)],
    trouble: trouble ?? (isDynamic ? "names its program only when it runs" : undefined),
    isOpaque: hidden.isOpaque,
    bases: { ...moved, isUncertain: moved.isUncertain || isMovedInside },
    isMoving: moved.isUncertain || moved.folders.length > 1,
  };
}

function partOf(command: Command): Part {
  const { stages, bare, takesMore } = stagesOf(command.words);
  const isPlainlyAssigned = command.assignments.every(({ name }) => PLAIN_NAMES.test(name));
  return { stages, bare, takesMore, command, program: programOf(bare), isPlainlyAssigned };
}

/** The command with its assignments as words: a rule may be about those. */
export function withNames({ assignments, words }: Command): readonly (readonly Word[])[] {
  if (assignments.length === 0) return [];
  const named = assignments.map(({ name, value: { source, text, shape } }) => ({
    source: `${name}=${source}`,
    text: `${name}=${text}`,
    shape: `${name}=${shape}`,
  }));
  return [[...named, ...words]];
}

/** Characters of inner scripts that are read in one call; whoever needs more is asked about. */
const MOST_INNER = 20_000;

function collectHidden(parts: readonly Part[]): {
  readonly commands: readonly Command[];
  readonly isOpaque: boolean;
} {
  const found: Command[] = [];
  const scripts = new Set<string>();
  let isOpaque = false;
  let left = MOST_INNER;
  const look = (words: readonly Word[]): void => {
    const hidden = hiddenIn(words);
    for (const one of hidden.commands) found.push({ assignments: [], words: one, redirects: [] });
    for (const script of hidden.scripts) scripts.add(script);
    isOpaque ||= hidden.isOpaque;
  };
  for (const { bare } of parts) look(bare);
  // A script found inside of a script is added behind the others, and read too.
  for (const script of scripts) {
    left -= script.length + 1;
    if (left < 0) return { commands: found, isOpaque: true };
    const { commands, trouble } = parseShell(script);
    isOpaque ||= trouble !== undefined;
    for (const command of commands) {
      const { stages, bare } = stagesOf(command.words);
      found.push(...stages.map((words) => ({ ...command, words })));
      isOpaque ||= bare.length > 0 && programOf(bare) === undefined;
      look(bare);
    }
  }
  return { commands: found, isOpaque };
}

const MOST_BASES = 4;

/** All folders that the shell may be in: a `cd` may have failed, or have been in a subshell. */
function basesOf(parts: readonly Part[], cwd: string, home: string): Bases {
  const folders = new Set([cwd]);
  for (const { program, bare } of parts) {
    if (program === "pushd" || program === "popd") return { folders: [...folders], isUncertain: true };
    if (program !== "cd") continue;
    const target = folderOf(bare.slice(1));
    const path = target === undefined ? home : pathOf(target, home);
    if (path === undefined || folders.size >= MOST_BASES) return { folders: [...folders], isUncertain: true };
    const before = [...folders];
    for (const folder of before) folders.add(resolve(folder, path));
  }
  return { folders: [...folders], isUncertain: false };
}

/** Where `cd` goes: the first word behind its options. */
function folderOf(words: readonly Word[]): Word | undefined {
  const at = words.findIndex(({ text }) => !/^-[LPe@]+$/.test(text));
  return words[at]?.text === "--" ? words[at + 1] : words[at];
}

/** Where a word leads, if that is certain. */
export function pathOf(word: Word, home: string): string | undefined {
  if (word.shape === TILDE || word.shape.startsWith(`${TILDE}/`)) {
    const rest = word.shape.slice(1);
    return isLiteral({ shape: rest }) ? `${home}${rest}` : undefined;
  }
  return isLiteral(word) && word.text !== "-" ? word.text : undefined;
}
