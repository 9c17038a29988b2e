import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import type { Command } from "./command.ts";
import type { Ending } from "./ending.ts";
import type { Flags } from "./flags.ts";
import type { Io } from "./io.ts";
import { loadCommands } from "./load-commands.ts";
import { runProgram } from "./program.ts";
import { sections } from "./registry.ts";
import { report } from "./report.ts";
import { openScreen, wantsColor } from "./screen.ts";
import { readVersion } from "./version.ts";

/** What was typed, and where. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly host: Host;
  readonly io: Io;
  readonly ending: Ending;
}

/** Runs the command that was typed; answers its exit code. Throws TroupeError. */
export async function runCommandLine({ argv, host, io, ending }: CommandLine): Promise<number> {
  const run = async (command: Command, raw: unknown, flags: Flags): Promise<number> => {
    if (command.hidden === true) ending.withoutDeadline();
    if (command.notForAgents === true) refuseAgents(command.name, host);
    return command.run(raw, { host, io, flags, screen: openScreen(io, flags, host) }, ending.signal);
  };
  const loaded = await loadCommands(argv, sections);
  return runProgram(argv, { sections: loaded, version: readVersion(), io }, run);
}

/** Inside an agent some commands are refused: they are a person's. */
function refuseAgents(name: string, { env }: Host): void {
  const agent = env["TROUPE_AGENT"];
  if (agent === undefined || agent === "") return;
  throw new TroupeError(
    "not_for_agents",
    `troupe ${name} is for people; you are ${agent}, an agent of a team`,
    {
      hint: "ask the person: troupe send user TEXT",
    },
  );
}

/** Tells what went wrong; answers the exit code. */
export async function tellTrouble(error: unknown, { argv, host, io, ending }: CommandLine): Promise<number> {
  const end = argv.indexOf("--");
  const flags = new Set(end === -1 ? argv : argv.slice(0, end));
  // What was given up because of a signal or a closed pipe ends the way that asked for.
  const isAsked = ending.signal.aborted && (error === ending.signal.reason || isAbort(error));
  if (isAsked && ending.exitCode() === 0) return 0;
  const exit = report(isAsked ? ending.signal.reason : error, {
    stdout: io.stdout,
    stderr: io.stderr,
    // Where stdout takes nothing, nobody would hear it there.
    json: flags.has("--json") && ending.outputError() === undefined,
    verbose: flags.has("--verbose"),
    env: host.env,
    color: wantsColor(io.stderr, { color: !flags.has("--no-color") }, host),
  });
  await ending.flush();
  return exit;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
