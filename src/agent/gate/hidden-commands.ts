import { programOf } from "./command-stages.ts";
import { isLiteral, type Word } from "./shell-script.ts";

/** What a command would start besides itself, as far as it can be seen: enough to forbid by, never to allow by. */
export interface Hidden {
  /** Word lists that may be commands of their own. */
  readonly commands: readonly (readonly Word[])[];
  /** Texts that another shell would read. */
  readonly scripts: readonly string[];
  /** It runs something that cannot be seen from here. */
  readonly isOpaque: boolean;
}

/** Programs that start what their arguments name. */
const STARTERS = new Set(
  `sudo doas su env watch setsid ionice flock xargs find chroot exec strace ltrace parallel busybox toybox unshare nsenter
npx bunx pnpx uvx docker podman devbox mise direnv timeout time nice nohup stdbuf command builtin noglob nocorrect script
runuser setpriv taskset chrt systemd-run fd entr ssh`.split(/\s/),
);
const SHELLS = new Set("bash sh dash zsh ksh ash fish mksh rbash".split(" "));
/** Builtins that compute the index of a list that they are given as text. */
const INDEXING = new Set(
  "test [ let unset printf read declare typeset local export readonly mapfile".split(" "),
);
/** Arguments that are looked at; whoever hides a command further back is asked about. */
const FARTHEST = 64;

export function hiddenIn(words: readonly Word[]): Hidden {
  const program = programOf(words);
  if (program === undefined) return { commands: [], scripts: [], isOpaque: words.length > 0 };
  const rest = words.slice(1);
  const views = started(program, rest);
  const all = [words, ...views];
  const found = all.map(scriptsOf);
  return {
    commands: views,
    scripts: found.flatMap(({ scripts }) => scripts),
    isOpaque: rest.length > FARTHEST && STARTERS.has(program) ? true : found.some(({ isOpaque }) => isOpaque),
  };
}

/** Anything behind a starter may be what it starts; find says where its commands begin. */
function started(program: string, rest: readonly Word[]): readonly (readonly Word[])[] {
  if (!STARTERS.has(program)) return [];
  const all = rest.slice(0, FARTHEST).map((_, index) => rest.slice(index));
  return program === "find"
    ? all.filter((_, index) => /^-(?:exec|ok)/.test(rest[index - 1]?.text ?? ""))
    : all;
}

interface Scripts {
  readonly scripts: readonly string[];
  readonly isOpaque: boolean;
}

const NONE: Scripts = { scripts: [], isOpaque: false };

function scriptsOf(words: readonly Word[]): Scripts {
  const program = programOf(words) ?? "";
  const rest = words.slice(1);
  const take = Object.hasOwn(CARRIERS, program) ? CARRIERS[program] : undefined;
  const isIndexing = INDEXING.has(program) && rest.some(({ shape }) => /\$\(|`/.test(shape));
  if (isIndexing) return { scripts: [], isOpaque: true };
  if (take) return take(rest);
  return SHELLS.has(program) ? shellScript(rest) : NONE;
}

/** Programs that are given commands as text, and where it stands. */
const CARRIERS: Readonly<Record<string, (rest: readonly Word[]) => Scripts>> = {
  eval: joined,
  mapfile: (rest) => behind(rest, /^-\w*?C/),
  readarray: (rest) => behind(rest, /^-\w*?C/),
  compgen: (rest) => behind(rest, /^-\w*?C/),
  trap: (rest) => joined(rest.filter(({ text }) => !text.startsWith("-")).slice(0, 1)),
  watch: (rest) => joined(rest.filter(({ text }) => !text.startsWith("-"))),
  // What stands in a file is not seen.
  source: () => ({ scripts: [], isOpaque: true }),
  ".": () => ({ scripts: [], isOpaque: true }),
  env: (rest) => behind(rest, /^(?:-\w*?S|--s[a-z-]*=?)/),
  su: (rest) => behind(rest, CARRYING),
  script: (rest) => behind(rest, CARRYING),
  flock: (rest) => behind(rest, CARRYING),
};
/** The script may stand in the same word; long options also by their beginning. */
const CARRYING = /^(?:-\w*?c|--(?:c|session-c)[a-z-]*=?)/;

/** The script of `-c` is the first word behind all options, wherever the `c` stood. Without one a shell may read its input. */
function shellScript(rest: readonly Word[]): Scripts {
  const end = firstOperand(rest);
  const options = rest.slice(0, end);
  const [operand] = rest.slice(end);
  const has = (letter: RegExp): boolean => options.some(({ text }) => letter.test(text));
  if (!options.every(isLiteral)) return { scripts: [], isOpaque: true };
  if (has(/^-[A-Za-z]*c/)) return joined(operand ? [operand] : []);
  const given = behind(options, /^--c[a-z]*=?/);
  if (given.scripts.length > 0) return given;
  const isInput = operand === undefined || !isLiteral(operand) || /^\/(?:dev|proc)\//.test(operand.text);
  return { scripts: [], isOpaque: isInput || has(/^-[A-Za-z]*s/) };
}

/** Behind a shell's options and what they take. */
function firstOperand(words: readonly Word[]): number {
  let at = 0;
  for (; at < words.length; at++) {
    const { text } = words[at] ?? { text: "" };
    if (text === "--" || text === "-") return at + 1;
    if (!/^[-+]/.test(text)) return at;
    if (/^(?:[-+][A-Za-z]*[oO]|--(?:rcfile|init-file)$)/.test(text)) at++;
  }
  return at;
}

/** The text that an option carries, in the same word or in the next. */
function behind(words: readonly Word[], option: RegExp): Scripts {
  const index = words.findIndex(({ text }) => option.test(text));
  const word = words[index];
  if (!word) return NONE;
  const [found = ""] = option.exec(word.text) ?? [];
  const isInside = found.length < word.text.length;
  const script = isInside
    ? [{ ...word, text: word.text.slice(found.length) }]
    : words.slice(index + 1, index + 2);
  return joined(script);
}

function joined(words: readonly Word[]): Scripts {
  if (words.length === 0) return NONE;
  if (!words.every(isLiteral)) return { scripts: [], isOpaque: true };
  return { scripts: [words.map(({ text }) => text).join(" ")], isOpaque: false };
}
