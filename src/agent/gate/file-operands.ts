import { programOf } from "./command-stages.ts";
import { isReadingGit } from "./git-reading.ts";
import { isPlainSed } from "./sed-script.ts";
import { isLiteral, type Word } from "./shell-script.ts";

/** The files that the arguments of a known program name. */
export interface Operands {
  readonly reads: readonly Word[];
  readonly writes: readonly Word[];
  /** Written if what stands there is a folder: whether it is shows only when it runs. */
  readonly maybeWrites?: readonly Word[];
}

const WRITERS = new Set("mkdir touch rm rmdir chmod chown chgrp tee truncate unlink shred".split(" "));
const COPIERS = new Set("cp mv ln install rsync".split(" "));
const READERS = new Set("ls cat head tail find wc diff stat du cd sort file".split(" "));
/** Stands for a file that cannot be told before it runs. */
const SOMEWHERE = "\0";

/** Nothing for a program that is not known: its arguments may mean anything. */
export function operandsOf(words: readonly Word[]): Operands {
  const program = programOf(words) ?? "";
  const named = argumentsOf(words);
  const { plain, inOptions } = named;
  const all = [...plain, ...inOptions];
  if (WRITERS.has(program)) return { reads: [], writes: all };
  if (READERS.has(program)) return { reads: all, writes: [] };
  if (program === "grep") return { reads: searched(words, named), writes: [] };
  if (program === "git") return { reads: isReadingGit(words) ? gitFiles(plain) : [], writes: [] };
  if (COPIERS.has(program)) return copied(program, words, named);
  if (program === "sed") return edited(words);
  if (program === "dd") return { reads: valuesOf(words, "if="), writes: valuesOf(words, "of=") };
  return { reads: [], writes: [] };
}

/** What in a command's words is no option, and of options what may be a path. */
interface Arguments {
  readonly plain: readonly Word[];
  readonly inOptions: readonly Word[];
}

function argumentsOf(words: readonly Word[]): Arguments {
  const rest = words.slice(1);
  const end = rest.findIndex(({ text }) => text === "--");
  const isOption = ({ text }: Word, index: number): boolean =>
    text.startsWith("-") && text !== "-" && (end === -1 || index < end);
  return {
    plain: rest.filter((word, index) => !isOption(word, index) && index !== end),
    inOptions: rest.filter(isOption).flatMap(inOption),
  };
}

/** `--file=x`, `-f/x`: the part that may be a path. An option that is not certain may be anything. */
function inOption(word: Word): readonly Word[] {
  const { shape } = word;
  if (!isLiteral(word)) return [{ ...word, shape: SOMEWHERE }];
  const equals = shape.startsWith("--") ? shape.indexOf("=") : -1;
  const start = equals === -1 ? shape.search(/\/|\.\.|(?<==)~/) : equals + 1;
  const text = start === -1 ? "" : shape.slice(start);
  return text === "" ? [] : [{ source: text, text, shape: text }];
}

/** What changes or reads everything below the folders that it names. */
const DEEP: Readonly<Record<string, RegExp>> = {
  grep: /^(?:-\w*[rRd]|--rec|--de|--di)/,
  diff: /^(?:-\w*r|--rec)/,
  cp: /^(?:-\w*[rRa]|--r|--a)/,
  rm: /^(?:-\w*[rR]|--r)/,
  chmod: /^(?:-\w*R|--r)/,
  chown: /^(?:-\w*R|--r)/,
  chgrp: /^(?:-\w*R|--r)/,
  mv: /^/,
  rsync: /^/,
};

/** Whether a rule on what lies in a folder is about a command that names the folder. */
export function isDeep(words: readonly Word[]): boolean {
  const program = programOf(words) ?? "";
  const option = Object.hasOwn(DEEP, program) ? DEEP[program] : undefined;
  return option !== undefined && words.slice(1).some(({ text }) => option.test(text));
}

/** grep's first argument is no file, unless an option already gave the expression. Without a file it may search the folder it is in. */
function searched(words: readonly Word[], { plain, inOptions }: Arguments): readonly Word[] {
  const hasPattern = words.some(({ text }) => /^(?:-\w*[ef]|--(?:reg|fil))/.test(text));
  const files = hasPattern ? plain : plain.slice(1);
  const here = { source: ".", text: ".", shape: "." };
  return [...(files.length === 0 && isDeep(words) ? [here] : files), ...inOptions];
}

/** Outside of a repository git reads any file that it is told; `HEAD:file` is that file as it was. */
function gitFiles(plain: readonly Word[]): readonly Word[] {
  return plain.slice(1).flatMap((word) => {
    const colon = word.text.indexOf(":");
    const text = word.text.slice(colon + 1);
    return colon === -1 || text === "" ? [word] : [word, { source: text, text, shape: text }];
  });
}

/** Options that say where to copy to, and those that give the copy, or a backup, another name. */
const TARGET = /^(?:-[a-zA-Z]*?t|--t[a-z-]*=?)/;
const SUFFIX = /^(?:-[a-zA-Z]*S|--su|--pa)/;

/** The last file is written, or what lies in it by the name of each of the others. */
function copied(program: string, words: readonly Word[], { plain, inOptions }: Arguments): Operands {
  const isTargeted = words.slice(1).some(({ text }) => TARGET.test(text));
  const isMaking = program === "install" && words.some(({ text }) => /^(?:-[a-zA-Z]*d|--d)/.test(text));
  const sources = isTargeted ? plain : plain.slice(0, -1);
  const written = isTargeted || isMaking || program === "mv" ? plain : plain.slice(-1);
  const maybeWrites = targetsOf(words, plain).flatMap((target) =>
    (plain.length === 1 ? plain : sources).map((source) => within(target, source)),
  );
  const isUncertain = program !== "rsync" && words.some(({ text }) => SUFFIX.test(text));
  return {
    reads: program === "mv" ? inOptions : [...sources, ...inOptions],
    writes: [
      ...written,
      ...(isTargeted ? inOptions : []),
      ...(isUncertain ? [{ source: "another name", text: "", shape: SOMEWHERE }] : []),
    ],
    maybeWrites,
  };
}

/** The folders that may be copied to: the one that an option names, else the last, else the one the shell is in. */
function targetsOf(words: readonly Word[], plain: readonly Word[]): readonly Word[] {
  const at = words.findIndex(({ text }, index) => index > 0 && TARGET.test(text));
  const option = words[at];
  if (!option) return plain.length > 1 ? plain.slice(-1) : [{ source: ".", text: ".", shape: "." }];
  const [found = ""] = TARGET.exec(option.text) ?? [];
  const text = option.text.slice(found.length);
  return text === "" ? words.slice(at + 1, at + 2) : [{ source: text, text, shape: text }];
}

/** A file in a folder, by the name that it has now. One whose name may begin with a dot is somewhere. */
function within(folder: Word, { source, text, shape }: Word): Word {
  const name = text.replace(/\/+$/, "").replace(/^[^]*\//, "");
  const isSure = isLiteral({ shape }) && !/^\.{0,2}$/.test(name);
  const isHarmless = !isLiteral({ shape }) && /^[\w*?-][^{]*$/.test(name);
  if (isHarmless) return folder;
  if (!isSure) return { source, text, shape: SOMEWHERE };
  return {
    source: `${folder.source}/${name}`,
    text: `${folder.text}/${name}`,
    shape: `${folder.shape}/${name}`,
  };
}

function valuesOf(words: readonly Word[], prefix: string): readonly Word[] {
  return words
    .filter(({ text }) => text.startsWith(prefix))
    .map(({ source, text, shape }) => ({
      source: source.slice(prefix.length),
      text: text.slice(prefix.length),
      shape: shape.slice(prefix.length),
    }));
}

/** Which of sed's options changes the files, and what it calls the old ones. */
const IN_PLACE = /^(?:-[bEenrsuz]*i|--i[a-z-]*=?)/;

function edited(words: readonly Word[]): Operands {
  const files = sedFiles(words);
  const option = words.slice(1).find(({ text }) => IN_PLACE.test(text));
  if (!option) return { reads: files, writes: [] };
  const suffix = option.text.replace(IN_PLACE, "");
  if (suffix === "") return { reads: [], writes: files };
  const backups = files.map(({ source, text, shape }) => ({
    source: `${source}${suffix}`,
    text: `${text}${suffix}`,
    // A star stands for the name, a slash leads elsewhere.
    shape: isLiteral(option) && !/[*/]/.test(suffix) ? `${shape}${suffix}` : SOMEWHERE,
  }));
  return { reads: [], writes: [...files, ...backups] };
}

function hasExpression(words: readonly Word[]): boolean {
  return words.some(({ text }) => /^(?:-[nErsz]*e$|--exp)/.test(text));
}

/** Everything but options, the first expression, and what follows `-e`. */
function sedFiles(words: readonly Word[]): readonly Word[] {
  const plain = words
    .slice(1)
    .filter((word, index) => !word.text.startsWith("-") && !/^-\w*e$/.test(words[index]?.text ?? ""));
  return hasExpression(words) ? plain : plain.slice(1);
}

/** A sed whose options and expressions are certain and do nothing but print or replace. */
export function isHarmlessSed(words: readonly Word[]): boolean {
  const rest = words.slice(1);
  if (!rest.every(isLiteral)) return false;
  const expressions: string[] = [];
  for (const [index, { text }] of rest.entries()) {
    if (text.startsWith("--expression=")) expressions.push(text.slice("--expression=".length));
    else if (/^-[nErsz]*e$/.test(text)) expressions.push(rest[index + 1]?.text ?? "e");
    else if (
      text.startsWith("-") &&
      !/^(?:-[nErszi]+|-i[.\w]*|--in-place|--quiet|--silent|--regexp-extended)$/.test(text)
    )
      return false;
  }
  if (expressions.length === 0) expressions.push(rest.find(({ text }) => !text.startsWith("-"))?.text ?? "e");
  return expressions.every(isPlainSed);
}
