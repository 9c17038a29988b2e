import { createInterface } from "node:readline";
import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { safeText } from "../base/safe-text.ts";
import type { Flags } from "./flags.ts";
import type { Io, Sink } from "./io.ts";
import type * as outputs from "./output.ts";
import { type Piece, render } from "./piece.ts";

/** The schemas of `output.ts` by name: tests parse with them; building them takes longer than a short command runs. */
type Outputs = typeof outputs;
type OutputName = keyof Outputs;

export interface Question {
  readonly text: string;
  /** Why the answer will not do: the person hears it and is asked again. */
  readonly wrong?: (answer: string) => string | undefined;
}

/** Where a command shows what it has: data on stdout, words on stderr. */
export interface Screen {
  /** A line of data. */
  readonly line: (...pieces: readonly Piece[]) => void;
  /** Text of several lines, as it is but for what a terminal would act on. */
  readonly text: (text: string) => void;
  /** One JSON text that the schema of that name describes; on one line in streams. */
  readonly json: <N extends OutputName>(name: N, value: z.input<Outputs[N]>, form?: "text" | "line") => void;
  /** A line of words; nothing with --quiet. */
  readonly say: (...pieces: readonly Piece[]) => void;
  /**
   * Questions for a person, one after another, and their answers. Throws `usage`, with what to type `instead`, where
   * nobody can answer: no terminal, --no-input, the input ends.
   */
  readonly ask: (
    questions: readonly Question[],
    instead: string,
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  /** An empty terminal; nothing anywhere else. */
  readonly clear: () => void;
  /** Columns of stdout when it is a terminal. */
  readonly width: number | undefined;
}

export function openScreen(io: Io, flags: Flags, host: Host): Screen {
  const color = (sink: Sink): boolean => wantsColor(sink, flags, host);
  return {
    line: (...pieces) => io.stdout.write(`${render(pieces, color(io.stdout))}\n`),
    text: (text) => io.stdout.write(`${safeText(text)}\n`),
    json: (_, value, form = "text") =>
      io.stdout.write(`${JSON.stringify(value, null, form === "line" ? undefined : 2)}\n`),
    say: (...pieces) => {
      if (!flags.quiet) io.stderr.write(`${render(pieces, color(io.stderr))}\n`);
    },
    ask: (questions, instead, signal) => ask({ io, flags, questions, instead }, signal),
    clear: () => {
      if (io.stdout.isTTY === true) io.stdout.write("\u001b[H\u001b[2J");
    },
    width: io.stdout.isTTY === true ? io.stdout.columns : undefined,
  };
}

/** A terminal that was not told otherwise. Source: no-color.org, force-color.org. */
export function wantsColor(sink: Sink, flags: Pick<Flags, "color">, { env }: Pick<Host, "env">): boolean {
  if (!flags.color || (env["NO_COLOR"] ?? "") !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  return sink.isTTY === true && env["TERM"] !== "dumb";
}

interface Questions {
  readonly io: Io;
  readonly flags: Flags;
  readonly questions: readonly Question[];
  readonly instead: string;
}

async function ask(
  { io, flags, questions, instead }: Questions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const unanswered = (question: string): TroupeError =>
    new TroupeError("usage", `this needs an answer and nobody can be asked: ${question}`, { hint: instead });
  if (!flags.input || io.stdin.isTTY !== true) throw unanswered(questions[0]?.text ?? "");
  // One reader for all: what was typed ahead would be lost with the first.
  const reader = createInterface({ input: io.stdin, output: io.stderr });
  const lines = reader[Symbol.asyncIterator]();
  const stop = (): void => reader.close();
  const answerTo = async (question: Question): Promise<string> => {
    reader.setPrompt(`${question.text} `);
    reader.prompt();
    const line = await lines.next();
    signal.throwIfAborted();
    if (line.done === true) throw unanswered(question.text);
    const wrong = question.wrong?.(line.value);
    if (wrong === undefined) return line.value;
    io.stderr.write(`${safeText(wrong)}\n`);
    return answerTo(question);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const answers: string[] = [];
    for (const question of questions) answers.push(await answerTo(question));
    return answers;
  } finally {
    signal.removeEventListener("abort", stop);
    reader.close();
  }
}
