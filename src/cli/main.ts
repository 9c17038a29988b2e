import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { watchEnding } from "./ending.ts";
import { type Io, processIo } from "./io.ts";
import { readVersion } from "./version.ts";

/** One command line from start to end; answers the exit code. Nothing of it stays behind. */
export async function main(argv: readonly string[], host: Host, io: Io = processIo()): Promise<number> {
  const ending = watchEnding(io);
  try {
    const exit = await answer();
    await ending.flush();
    const trouble = ending.outputError();
    if (!trouble) return exit;
    throw new TroupeError("failed", `the output could not be written: ${trouble.message}`, {
      cause: trouble,
    });
  } catch (error) {
    const { tellTrouble } = await import("./command-line.ts");
    return await tellTrouble(error, { argv, host, io, ending });
  } finally {
    ending.close();
  }

  async function answer(): Promise<number> {
    // Scripts ask this often: answered before anything is loaded that a command needs.
    if (argv[0] === "--version") {
      io.stdout.write(`${readVersion()}\n`);
      return 0;
    }
    const { runCommandLine } = await import("./command-line.ts");
    return runCommandLine({ argv, host, io, ending });
  }
}
