import type { Context } from "./command.ts";
import { styled } from "./piece.ts";
import { runProgram } from "./run-program.ts";

/** Computes `expression` with the program that the team has built in `folder`; answers its exit code. */
export async function compute(
  { screen, flags, io, host }: Context,
  folder: string,
  expression: string,
  signal: AbortSignal,
): Promise<number> {
  const args = ["bin/calc.js", expression];
  const { exit, stdout, stderr } = await runProgram(process.execPath, args, { folder, host }, signal);
  if (flags.json) {
    const result = exit === 0 ? stdout.trim() : null;
    screen.json(
      "DemoEndOutput",
      {
        v: 1,
        at: new Date(host.now()).toISOString(),
        type: "demo.done",
        exit,
        expression,
        result,
        error: stderr.trim() || null,
      },
      "line",
    );
    return exit;
  }
  screen.line("");
  screen.line(
    styled("dim", `$ node bin/calc.js ${JSON.stringify(expression)}   (the program they have just built)`),
  );
  if (stderr.trim() !== "") io.stderr.write(`${stderr.trimEnd()}\n`);
  if (stdout.trim() !== "") screen.text(stdout.trimEnd());
  return exit;
}
