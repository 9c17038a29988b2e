import { programOf } from "./command-stages.ts";
import { isHarmlessSed } from "./file-operands.ts";
import { isReadingGit } from "./git-reading.ts";
import { GLOB, isLiteral, type Word } from "./shell-script.ts";

/** Arguments that make a reading program write, run something, or read names from elsewhere; long options also by their beginning. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  ls: /^$/,
  cat: /^$/,
  echo: /^$/,
  pwd: /^$/,
  true: /^$/,
  false: /^$/,
  head: /^$/,
  tail: /^$/,
  // Links that are found on the way lead anywhere.
  grep: /^(?:-\w*R|--de)/,
  which: /^$/,
  stat: /^$/,
  cd: /^-$/,
  wc: /^--files0/,
  du: /^(?:--f|-\w*X|--exclude-f)/,
  find: /^-(?:exec|ok|delete|fprint|fls|files0|L$|follow)/,
  sort: /^(?:-\w*[oTS]|--o|--c|--t|--f)/,
  file: /^(?:-\w*[mfC]|--m|--f|--c)/,
};
/** Where a name that a glob finds may be taken for an option. */
const NO_GLOBS = new Set(["find", "sort", "sed", "git"]);
const DOCKER = /^(?:ps|images|version|info)$/;

/** A command that changes nothing wherever it runs. Which files it reads is another question. */
export function isReadOnly(words: readonly Word[]): boolean {
  const [first] = words;
  const program = programOf(words) ?? "";
  // Called by its name: a path may lead to anything of that name.
  if (first?.text !== program) return false;
  const rest = words.slice(1);
  if (NO_GLOBS.has(program) && rest.some(({ shape }) => shape.includes(GLOB))) return false;
  const judge = Object.hasOwn(JUDGES, program) ? JUDGES[program] : undefined;
  if (judge) return judge(words);
  const refused = Object.hasOwn(REFUSED, program) ? REFUSED[program] : undefined;
  return refused !== undefined && !rest.some((word) => refused.test(word.text) || isUncertainOption(word));
}

const JUDGES: Readonly<Record<string, (words: readonly Word[]) => boolean>> = {
  git: isReadingGit,
  // Below two folders it follows links unless it is told not to.
  diff: ([, ...rest]) => {
    const isDeep = rest.some(({ text }) => /^(?:-\w*r|--rec)/.test(text));
    return (
      !rest.some((word) => word.text === "" || isUncertainOption(word)) &&
      (!isDeep || rest.some(({ text }) => text === "--no-dereference"))
    );
  },
  sed: (words) => isHarmlessSed(words) && !words.some(({ text }) => /^(?:-\w*i|--in)/.test(text)),
  docker: (words) => words.every(isLiteral) && DOCKER.test(words[1]?.text ?? "") && !words.some(isElsewhere),
};

function isElsewhere({ text }: Word): boolean {
  return /^(?:-H|--h|-c$|--c)/.test(text);
}

/** `-$X` and `{a,-C}` may become any option. A whole unquoted variable may too, but then it is no certain file either. */
function isUncertainOption(word: Word): boolean {
  return /^(?:-|\{.*-)/s.test(word.text) && !isLiteral(word);
}
