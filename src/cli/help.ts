import type { Command, Described, Example, Group, Section } from "./command.ts";
import { FLAG_OPTIONS } from "./flags.ts";

/** One sentence, examples, then flags. `path` is how it is typed: `troupe task claim`. */
export function commandHelp(path: string, command: Command): string {
  const { summary, examples, arguments: args = [], options = [] } = command;
  const forms = args.map(([form]) => form);
  return blocks([
    [summary],
    exampleLines(examples),
    [`Usage: ${[path, ...forms, ...(options.length > 0 ? ["[options]"] : [])].join(" ")}`],
    described("Arguments:", args),
    described("Options:", options),
    described("Everywhere:", [...FLAG_OPTIONS, ["--help", "this help"]]),
  ]);
}

export function groupHelp(path: string, group: Group): string {
  const commands = group.commands.filter(({ hidden }) => hidden !== true);
  return blocks([
    [group.summary],
    described("Commands:", commands.map(entryLine)),
    [`Usage: ${path} COMMAND [options]`, `${path} COMMAND --help shows its examples and flags.`],
  ]);
}

export function programHelp(sections: readonly Section[], examples: readonly Example[]): string {
  return blocks([
    ["A team of coding agents that share a task list and mailboxes, and answer to you."],
    exampleLines(examples),
    ...sections.map(({ title, entries }) =>
      described(
        `${title}:`,
        entries
          .filter((entry) => "commands" in entry || entry.hidden !== true)
          .map((entry) => ("commands" in entry ? groupLine(entry) : entryLine(entry))),
      ),
    ),
    described("Everywhere:", [
      ...FLAG_OPTIONS,
      ["--help", "help of any command"],
      ["--version", "the version"],
    ]),
  ]);
}

function groupLine({ name, summary, commands }: Group): Described {
  const verbs = commands.filter(({ hidden }) => hidden !== true).map((command) => command.name);
  return [name, `${summary.replace(/\.$/, "")}: ${verbs.join(", ")}`];
}

function entryLine({ name, summary, arguments: args = [] }: Command): Described {
  return [[name, ...args.map(([form]) => form)].join(" "), summary.replace(/\.$/, "")];
}

function exampleLines(examples: readonly Example[]): readonly string[] {
  const width = Math.max(0, ...examples.map(({ line }) => line.length));
  return examples.map(({ line, note }) => `  ${line.padEnd(width)}   ${note}`);
}

function described(title: string, lines: readonly Described[]): readonly string[] {
  if (lines.length === 0) return [];
  const width = Math.max(...lines.map(([form]) => form.length));
  return [title, ...lines.map(([form, text]) => `  ${form.padEnd(width)}   ${text}`)];
}

function blocks(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}
