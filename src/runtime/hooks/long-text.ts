import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../base/disk-error.ts";
import type { Answer } from "./answer.ts";

/** Characters that a hook may say to a model. */
const MOST = 10_000;
/** Of a longer text the model gets so many. */
const HEAD = 2_000;

interface LongTexts {
  /** The folder they are kept in. */
  readonly longTexts: string;
  readonly newId: () => string;
  readonly hide: (text: string) => string;
}

/** The same answer with each text of more than 10,000 characters in a file: the model gets its head and the path. */
export async function shortenAnswer(answer: Answer, place: LongTexts): Promise<Answer> {
  let shorter = answer;
  for (const key of ["block", "permissionReason", "context", "stop", "initialMessage"] as const) {
    const text = answer[key];
    if (text !== undefined && text.length > MOST)
      shorter = { ...shorter, [key]: await shortened(text, place) };
  }
  const { updatedOutput, messages } = answer;
  if (typeof updatedOutput === "string" && updatedOutput.length > MOST)
    shorter = { ...shorter, updatedOutput: await shortened(updatedOutput, place) };
  if (messages?.some(({ length }) => length > MOST) === true)
    shorter = {
      ...shorter,
      messages: await Promise.all(
        messages.map((text) => (text.length > MOST ? shortened(text, place) : Promise.resolve(text))),
      ),
    };
  return shorter;
}

async function shortened(text: string, { longTexts, newId, hide }: LongTexts): Promise<string> {
  const path = join(longTexts, `${newId()}.txt`);
  const head = text.slice(0, HEAD);
  try {
    await mkdir(longTexts, { recursive: true, mode: 0o700 });
    await writeFile(path, hide(text), { mode: 0o600, flag: "wx" });
  } catch (error) {
    // What a guard has to say counts also where there is no room for all of it.
    if (!isSystemError(error)) throw error;
    return `${head}\n[${text.length - HEAD} more characters; they could not be written to ${path}]`;
  }
  return `${head}\n[${text.length - HEAD} more characters: the whole text is in ${path}]`;
}
