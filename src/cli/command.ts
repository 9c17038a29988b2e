import type { z } from "zod";
import type { Host } from "../base/host.ts";
import type { Flags } from "./flags.ts";
import type { Io } from "./io.ts";
import { parseInput } from "./parse-input.ts";
import type { Screen } from "./screen.ts";

/** A line of the help that a test runs against a team; `exit` is what it answers there. */
export interface Example {
  readonly line: string;
  readonly note: string;
  readonly exit: number;
  /** Lines that are typed before, where the example needs them; the help does not show them. */
  readonly given?: readonly string[];
}

/** What a command works with. */
export interface Context {
  readonly host: Host;
  readonly io: Io;
  readonly flags: Flags;
  readonly screen: Screen;
}

/** As commander takes it: `["[id]", "the task"]`, `["--role <role>", "only …"]`. */
export type Described = readonly [string, string];

export interface CommandSpec<S extends z.ZodType> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly examples: readonly Example[];
  readonly arguments?: readonly Described[];
  readonly options?: readonly Described[];
  /** Parses the options and, under their names, the arguments. */
  readonly input: S;
  /** Refused inside an agent: these are a person's. Manners, not a boundary. */
  readonly notForAgents?: boolean;
  readonly hidden?: boolean;
  /** What begins with one dash and is no flag is an argument. */
  readonly dashArguments?: boolean;
  /** Answers the exit code. Throws TroupeError. */
  readonly run: (input: z.output<S>, context: Context, signal: AbortSignal) => Promise<number>;
}

/** A command whose input is parsed inside. */
export interface Command extends Omit<CommandSpec<z.ZodType>, "input" | "run"> {
  readonly run: (raw: unknown, context: Context, signal: AbortSignal) => Promise<number>;
}

/** A command by its name; its module is loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<Command>;
}

/** Commands below a noun: `task`, `agent`. */
export interface Group<C = Command> {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly C[];
}

/** A part of the main help. */
export interface Section<C = Command> {
  readonly title: string;
  readonly entries: readonly (C | Group<C>)[];
}

export function defineCommand<S extends z.ZodType>({ input, run, ...rest }: CommandSpec<S>): Command {
  return {
    ...rest,
    run: async (raw, context, signal) => run(parseInput(input, raw, rest.arguments ?? []), context, signal),
  };
}
