import { isLiteral, type Word } from "./shell-script.ts";

/** Words of a command without what only starts it: as written, then without each wrapper. */
export interface Stages {
  readonly stages: readonly (readonly Word[])[];
  readonly bare: readonly Word[];
  /** Behind `xargs`: more arguments come from its input. */
  readonly takesMore: boolean;
}

/** How many words a wrapper itself takes from the front; 0 = this is not a form that is seen through. */
type Strip = (words: readonly Word[]) => number;

const WRAPPERS: Readonly<Record<string, Strip>> = {
  timeout: stripTimeout,
  time: (words) => (textAt(words, 1) === "-p" ? 2 : plainStart(words)),
  nice: stripNice,
  nohup: plainStart,
  stdbuf: stripStdbuf,
  command: plainStart,
  builtin: plainStart,
  noglob: plainStart,
  xargs: plainStart,
};

export function stagesOf(words: readonly Word[]): Stages {
  const stages = [words];
  let bare = words;
  let takesMore = false;
  for (;;) {
    const wrapper = textAt(bare, 0);
    const strip = wrapper !== undefined && Object.hasOwn(WRAPPERS, wrapper) ? WRAPPERS[wrapper] : undefined;
    const count = strip?.(bare) ?? 0;
    if (count === 0 || count >= bare.length) return { stages, bare, takesMore };
    takesMore ||= wrapper === "xargs";
    bare = bare.slice(count);
    stages.push(bare);
  }
}

function textAt(words: readonly Word[], index: number): string | undefined {
  const word = words[index];
  return word && isLiteral(word) ? word.text : undefined;
}

/** The wrapper alone, in front of something that is no option: what its options do is not known here. */
function plainStart(words: readonly Word[]): number {
  const next = textAt(words, 1);
  if (next === "--") return 2;
  return next === undefined || next.startsWith("-") ? 0 : 1;
}

const DURATION = /^\d+(?:\.\d+)?[smhd]?$/;

function stripTimeout(words: readonly Word[]): number {
  let at = 1;
  for (;;) {
    const option = textAt(words, at) ?? "";
    if (/^(?:--(?:preserve-status|foreground|verbose)|-v)$/.test(option)) at++;
    else if (/^--(?:signal|kill-after)=[\w.]+$/.test(option)) at++;
    else if (/^-[ks]$/.test(option) && /^[\w.]+$/.test(textAt(words, at + 1) ?? "")) at += 2;
    else break;
  }
  return DURATION.test(textAt(words, at) ?? "") ? at + 1 : 0;
}

function stripNice(words: readonly Word[]): number {
  const first = textAt(words, 1) ?? "";
  if (first === "-n") return /^-?\d+$/.test(textAt(words, 2) ?? "") ? 3 : 0;
  return /^(?:-n?-?\d+|--adjustment=-?\d+)$/.test(first) ? 2 : plainStart(words);
}

function stripStdbuf(words: readonly Word[]): number {
  let at = 1;
  while (/^-[ioe](?:L|\d+[KM]?)$/.test(textAt(words, at) ?? "")) at++;
  return at > 1 ? at : 0;
}

/** The name of the program, without its folder; undefined where that is known only when it runs. */
export function programOf(words: readonly Word[]): string | undefined {
  const text = textAt(words, 0);
  return text?.slice(text.lastIndexOf("/") + 1);
}
