import { cellWidth } from "./cell-width.ts";
import type { Command, Described, Example, Group, Section } from "./command.ts";
import { FLAG_OPTIONS } from "./flags.ts";
import type { Sink } from "./io.ts";
import { wrapped } from "./wrapped.ts";

/** Lines longer than this are hard to read, however wide the terminal is. */
const MAX_WIDTH = 100;
const GAP = 3;

/** How wide help is shown: as the terminal is, within reason; 80 columns for a pipe. */
export function helpWidth({ columns = 80 }: Sink): number {
  return Math.max(40, Math.min(columns, MAX_WIDTH));
}

/** One sentence, examples, then flags. `path` is how it is typed: `troupe task claim`. */
export function commandHelp(path: string, command: Command, width: number): string {
  const { summary, examples, arguments: args = [], options = [] } = command;
  const forms = args.map(([form]) => form);
  return blocks([
    wrapped(summary, width),
    exampleLines(examples, width),
    [`Usage: ${[path, ...forms, ...(options.length > 0 ? ["[options]"] : [])].join(" ")}`],
    described("Arguments:", args, width),
    described(
      "Options:",
      // The dots mark an option that may be repeated; its description says so.
      options.map(([form, text]) => [form.replace("...>", ">"), text]),
      width,
    ),
    described("Everywhere:", [...FLAG_OPTIONS, ["--help", "this help"]], width),
  ]);
}

export function groupHelp(path: string, group: Group, width: number): string {
  const commands = group.commands.filter(({ hidden }) => hidden !== true);
  return blocks([
    wrapped(group.summary, width),
    described("Commands:", commands.map(entryLine), width),
    [`Usage: ${path} COMMAND [options]`, `${path} COMMAND --help shows its examples and flags.`],
  ]);
}

export function programHelp(
  sections: readonly Section[],
  examples: readonly Example[],
  width: number,
): string {
  return blocks([
    wrapped("A team of coding agents that share a task list and mailboxes, and answer to you.", width),
    exampleLines(examples, width),
    ["Usage: troupe COMMAND [options]", "troupe COMMAND --help shows its examples and flags."],
    ...sections.map(({ title, entries }) =>
      described(
        `${title}:`,
        entries
          .filter((entry) => "commands" in entry || entry.hidden !== true)
          .map((entry) => ("commands" in entry ? groupLine(entry) : entryLine(entry))),
        width,
      ),
    ),
    described(
      "Everywhere:",
      [...FLAG_OPTIONS, ["--help", "help of any command"], ["--version", "the version"]],
      width,
    ),
  ]);
}

function groupLine({ name, summary, commands }: Group): Described {
  const verbs = commands.filter(({ hidden }) => hidden !== true).map((command) => command.name);
  return [name, `${summary.replace(/\.$/, "")}: ${verbs.join(", ")}`];
}

function entryLine({ name, summary, arguments: args = [] }: Command): Described {
  return [[name, ...args.map(([form]) => form)].join(" "), summary.replace(/\.$/, "")];
}

function exampleLines(examples: readonly Example[], width: number): readonly string[] {
  return inTwoColumns(
    examples.map(({ line, note }) => [line, note]),
    width,
  );
}

function described(title: string, lines: readonly Described[], width: number): readonly string[] {
  return lines.length === 0 ? [] : [title, ...inTwoColumns(lines, width)];
}

/** What is typed, and beside it what it does, broken to fit. A form that leaves it no room has it underneath. */
function inTwoColumns(lines: readonly Described[], width: number): readonly string[] {
  const widths = lines.map(([form]) => cellWidth(form));
  const left = Math.max(0, ...widths.filter((form) => form <= width * 0.6));
  const indent = " ".repeat(2 + left + GAP);
  return lines.flatMap(([form, text]) => {
    const [first = "", ...rest] = wrapped(text, Math.max(20, width - indent.length));
    const under = rest.map((line) => `${indent}${line}`);
    return cellWidth(form) > left
      ? [`  ${form}`, `${indent}${first}`, ...under]
      : [`  ${form.padEnd(left + GAP)}${first}`, ...under];
  });
}

function blocks(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}
