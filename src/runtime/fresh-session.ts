import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SuccessorNotes, Turn, UserInput } from "../agent/loop-deps.ts";
import { readWhole, replaceFile } from "../base/atomic-file.ts";
import { nodeFiles } from "../base/node-files.ts";
import { notesFile, teamPaths } from "../protocol/paths.ts";
import { configFolder } from "./config-folder.ts";
import { claimInputId } from "./inputs.ts";
import type { MemberJob } from "./member-job.ts";
import { fenced } from "./member-text.ts";
import { isNews } from "./no-progress.ts";

/** Longer notes are no notes. */
const MOST_CHARACTERS = 24_000;
const MOST_BYTES = 256 * 1024;
/** Contexts that one task may use up without a word from anybody. */
const MOST_CONTEXTS = 10;

const BEGINNING =
  "This is a new session. The one before ended with its task; what it did is done and is not here.";
const HEADING =
  "This is a new session: the context of the one before was used. All that is left of it are these notes, which you wrote for yourself:";

/**
 * The conversations of a member with `session: "fresh"`, one after another in one transcript: a new one begins with each
 * task that it claims, and where another member's would be compacted. A turn that replaces what is in front of it is one
 * entry, so a crash leaves the old conversation or the new one, and which it has to be follows from the transcript and
 * the journal alone.
 */
export interface FreshSession {
  /** Hears of each turn that stands in the transcript. */
  readonly recorded: (turn: Turn) => void;
  /** The first turn of a new conversation with these inputs; undefined: they belong to the present one. */
  readonly first: (inputs: readonly UserInput[], brief: () => Promise<string>) => Promise<Turn | undefined>;
  /** Where the context is used before the task is done. */
  readonly notes: SuccessorNotes;
}

/** `turns`: the transcript so far. */
export function openFreshSession(
  {
    team,
    member,
    redactor,
    onTrouble,
  }: Pick<MemberJob, "team" | "member" | "onTrouble"> & {
    readonly redactor: Pick<MemberJob["redactor"], "hide">;
  },
  turns: readonly Turn[],
): FreshSession {
  const path = notesFile(teamPaths(configFolder(team.host), team.name).agent(member.name));
  /** Claims that this conversation was told of. */
  let claims: ReadonlySet<string> = new Set();
  /** Contexts used since the last news. */
  let used = 0;

  const recorded = ({ inputs, replaces }: Turn): void => {
    const told = inputs.filter((id) => id.startsWith("claim:"));
    claims = new Set(replaces !== undefined && told.length > 0 ? told : [...claims, ...told]);
    if (inputs.some(isNews)) used = 0;
    else if (replaces !== undefined) used++;
  };
  for (const turn of turns) recorded(turn);

  /** Those that it works on, and has not been told of in this conversation. */
  const newClaims = (): readonly string[] => {
    const owned = team.index.owned(member.name).flatMap((id) => team.state().tasks.get(id) ?? []);
    const ids = owned.map(claimInputId);
    if (claims.size === 0 || ids.some((id) => claims.has(id))) return [];
    // Its own of before: it was stopped in the middle, and goes on.
    return owned.every(({ previousOwner }) => previousOwner !== member.name) ? ids : [];
  };
  return {
    recorded,
    first: async (inputs, brief) => {
      const claimed = newClaims();
      if (inputs.length === 0 || claimed.length === 0) return undefined;
      const saved = await readNotes(path).catch(onTrouble);
      const mark = team.host.newId();
      const notes = saved ? [`Notes that you kept in ${path}:\n${fenced(redactor.hide(saved), mark)}`] : [];
      const texts = [[BEGINNING, ...notes, await brief()].join("\n\n"), ...inputs.map(({ text }) => text)];
      const ids = inputs.map(({ id }) => id);
      return {
        message: { role: "user", content: texts.map((text) => ({ type: "text", text })) },
        inputs: [...ids, ...claimed.filter((id) => !ids.includes(id))],
        replaces: { block: null, isAnswered: false },
      };
    },
    notes: {
      instruction: readFileSync(join(import.meta.dirname, "fresh-notes.txt"), "utf8").trim(),
      heading: HEADING,
      whyOver: () =>
        used < MOST_CONTEXTS ? undefined : `it used its context ${used} times over and did not finish`,
      keep: (text) => saveNotes(path, redactor.hide(text)).catch(onTrouble),
    },
  };
}

async function saveNotes(path: string, text: string): Promise<void> {
  await replaceFile(nodeFiles(), path, Buffer.from(`${text.slice(0, MOST_CHARACTERS).trim()}\n`));
}

async function readNotes(path: string): Promise<string | undefined> {
  const bytes = await readWhole(nodeFiles(), path, MOST_BYTES);
  return bytes?.toString("utf8").slice(0, MOST_CHARACTERS);
}
