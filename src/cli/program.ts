import { Command as Commander, CommanderError } from "commander";
import { TroupeError } from "../base/errors.ts";
import type { Command, Group, Section } from "./command.ts";
import { FLAG_OPTIONS, Flags } from "./flags.ts";
import { commandHelp, groupHelp, helpWidth, programHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { argumentKey } from "./parse-input.ts";
import { PROGRAM_EXAMPLES } from "./program-examples.ts";

export type RunCommand = (command: Command, raw: unknown, flags: Flags) => Promise<number>;

/** commander ends with 1 where this program ends with 2. */
const EXIT_USAGE = 2;

/**
 * Finds the command that `argv` names and runs it; shows help and version by itself. Answers the exit code, throws
 * `usage` for what commander refuses.
 */
export async function runProgram(
  argv: readonly string[],
  program: { readonly sections: readonly Section[]; readonly version: string; readonly io: Io },
  run: RunCommand,
): Promise<number> {
  let exit = 0;
  let typed = "troupe";
  const { sections, version, io } = program;
  const width = helpWidth(io.stdout);
  const root = new Commander("troupe")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // The boundary tells it, in the form that was asked for.
      outputError: () => undefined,
    })
    .configureHelp({ formatHelp: () => programHelp(sections, PROGRAM_EXAMPLES, width) })
    .version(version, "--version", "the version")
    .helpOption("--help", "help of any command");
  for (const [form, text] of FLAG_OPTIONS) root.option(form, text);
  const add = (parent: Commander, command: Command): void => {
    const path = parent === root ? `troupe ${command.name}` : `troupe ${parent.name()} ${command.name}`;
    const child = addCommand(parent, command, async (raw, options) => {
      exit = await run(command, raw, Flags.parse(options)).catch((error: unknown) => {
        throw withHelp(error, path);
      });
    });
    child.configureHelp({ formatHelp: () => commandHelp(path, command, width) });
    // What commander refuses does not say which command it was.
    child.exitOverride((error) => {
      typed = path;
      throw error;
    });
  };
  for (const entry of sections.flatMap(({ entries }) => entries))
    if ("commands" in entry) for (const command of entry.commands) add(groupOf(root, entry, width), command);
    else add(root, entry);
  try {
    await root.parseAsync([...argv], { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return answerOf(error, typed);
    throw error;
  }
}

function groupOf(root: Commander, group: Group, width: number): Commander {
  const known = root.commands.find((command) => command.name() === group.name);
  if (known) return known;
  return root
    .command(group.name)
    .summary(group.summary)
    .configureHelp({ formatHelp: () => groupHelp(`troupe ${group.name}`, group, width) });
}

function addCommand(
  parent: Commander,
  command: Command,
  action: (raw: Record<string, unknown>, options: unknown) => Promise<void>,
): Commander {
  const child = parent.command(command.name, { hidden: command.hidden === true }).summary(command.summary);
  if (command.dashArguments === true) child.allowUnknownOption();
  const keys = (command.arguments ?? []).map(([form]) => argumentKey(form));
  for (const [form, text] of command.arguments ?? []) child.argument(form, text);
  for (const [form, text] of command.options ?? []) {
    // One value each time: commander's own `...` would swallow the arguments behind it.
    if (form.endsWith("...>")) child.option(form.replace("...>", ">"), text, collect);
    else child.option(form, text);
  }
  child.action(async () => {
    const args = Object.fromEntries(keys.map((key, index) => [key, child.processedArgs[index] as unknown]));
    await action({ ...child.opts(), ...args }, child.optsWithGlobals());
  });
  return child;
}

/** Help and version were shown: 0; a noun without a verb showed its help: 2; the rest is an error to tell. */
function answerOf({ code, exitCode, message }: CommanderError, typed: string): number {
  if (exitCode === 0) return 0;
  if (code === "commander.help") return EXIT_USAGE;
  const [what = "", suggestion] = message.split("\n");
  throw new TroupeError("usage", what.replace(/^error: /, ""), {
    hint:
      suggestion === undefined
        ? `${typed} --help`
        : suggestion.replace(/^\((.*)\)$/, "$1").replace("Did", "did"),
  });
}

/** What was typed wrong and has no better advice: the help of that command. */
function withHelp(error: unknown, path: string): unknown {
  if (!(error instanceof TroupeError) || error.code !== "usage" || error.hint !== undefined) return error;
  const { code, message, details } = error;
  return new TroupeError(code, message, { hint: `${path} --help`, cause: error, details });
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
