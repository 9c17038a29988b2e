import { isLiteral, type Word } from "./shell-script.ts";

/** Subcommands that only read, whatever names follow. */
const READING = new Set(
  "status log diff show rev-parse ls-files ls-tree blame describe shortlog rev-list merge-base name-rev".split(
    " ",
  ),
);
/** Those that only read in some forms: every argument has to be one of these. */
const READING_FORMS: Readonly<Record<string, RegExp>> = {
  branch: /^(?:-a|-r|-v|-vv|--all|--remotes|--list|--show-current|--merged|--no-merged)$/,
  remote: /^(?:-v|--verbose)$/,
  tag: /^(?:-l|--list)$/,
  stash: /^list$/,
};
/** Options that write a file, start a program or leave the repository; git takes their beginnings too. */
const REFUSED = [
  "--output",
  "--ext-diff",
  "--textconv",
  "--open-files-in-pager",
  "--exec",
  "--no-index",
  "--contents",
  "--git-dir",
  "--work-tree",
  "--config",
  "--ignore-revs-file",
  "--resolve-git-dir",
  "--paginate",
  "--orderfile",
];

/** `git …` that changes nothing and starts nothing. `words` begin with git. */
export function isReadingGit(words: readonly Word[]): boolean {
  if (!words.every((word) => isLiteral(word))) return false;
  const texts = words.slice(1).map(({ text }) => text);
  const at = texts.findIndex((text) => text !== "--no-pager" && text !== "--no-optional-locks");
  const subcommand = texts[at] ?? "";
  const rest = texts.slice(at + 1);
  if (READING.has(subcommand)) return !rest.some(isRefused);
  const form = Object.hasOwn(READING_FORMS, subcommand) ? READING_FORMS[subcommand] : undefined;
  // `git stash` alone puts everything away.
  if (!form || (subcommand === "stash" && rest.length === 0)) return false;
  return rest.every((text) => form.test(text));
}

function isRefused(text: string): boolean {
  if (/^-[OSG]/.test(text)) return text.startsWith("-O");
  const [name = ""] = text.split("=", 1);
  return (
    name.startsWith("--") &&
    name.length > 3 &&
    REFUSED.some((one) => one.startsWith(name) || name.startsWith(one))
  );
}
