import { programOf } from "./command-stages.ts";
import { isPlainSed } from "./sed-script.ts";
import { isLiteral, type Word } from "./shell-script.ts";

/** The files that the arguments of a known program name. */
export interface Operands {
  readonly reads: readonly Word[];
  readonly writes: readonly Word[];
}

const WRITERS = new Set("mkdir touch rm rmdir mv chmod chown chgrp tee truncate unlink shred".split(" "));
const COPIERS = new Set("cp ln install rsync".split(" "));
const READERS = new Set("ls cat head tail grep find wc diff stat du cd sort file".split(" "));

/** Nothing for a program that is not known: its arguments may mean anything. */
export function operandsOf(words: readonly Word[]): Operands {
  const program = programOf(words) ?? "";
  const named = argumentsOf(words);
  if (WRITERS.has(program)) return { reads: [], writes: named };
  if (READERS.has(program))
    return { reads: program === "grep" ? withoutPattern(words, named) : named, writes: [] };
  if (COPIERS.has(program)) return copied(words, named);
  if (program === "sed")
    return isInPlace(words) ? { reads: [], writes: sedFiles(words) } : { reads: sedFiles(words), writes: [] };
  if (program === "dd") return { reads: valuesOf(words, "if="), writes: valuesOf(words, "of=") };
  return { reads: [], writes: [] };
}

/** What is no option, and of options what may be a path. */
function argumentsOf(words: readonly Word[]): readonly Word[] {
  const rest = words.slice(1);
  const end = rest.findIndex(({ source }) => source === "--");
  return rest.flatMap((word, index) => {
    if (end !== -1 && index >= end) return index === end ? [] : [word];
    return word.text.startsWith("-") && word.text !== "-" ? inOption(word) : [word];
  });
}

/** `--file=/x`, `-f/x`: the part that may be a path. An option that is not certain may be anything. */
function inOption(word: Word): readonly Word[] {
  const { shape } = word;
  const equals = shape.indexOf("=");
  const start = equals === -1 ? shape.search(/\/|\.\./) : equals + 1;
  if (!isLiteral(word)) return [{ ...word, shape: "\0" }];
  if (start === -1 || !/[/~]|\.\./.test(shape.slice(start))) return [];
  const text = shape.slice(start);
  return [{ source: text, text, shape: text }];
}

/** grep's first argument is no file, unless an option already gave the expression. */
function withoutPattern(words: readonly Word[], named: readonly Word[]): readonly Word[] {
  const hasPattern = words.some(({ text }) => /^(?:-\w*[ef]|--(?:reg|fil))/.test(text));
  const first = words.slice(1).find(({ text }) => !text.startsWith("-"));
  return hasPattern ? named : named.filter((word) => word !== first);
}

function copied(words: readonly Word[], named: readonly Word[]): Operands {
  if (words.some(({ text }) => /^(?:-\w*t|--t)/.test(text))) return { reads: [], writes: named };
  return { reads: named.slice(0, -1), writes: named.slice(-1) };
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

function isInPlace(words: readonly Word[]): boolean {
  return words.some(({ text }) => /^(?:-[nEersz]*i|--in)/.test(text));
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
