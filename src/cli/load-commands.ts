import type { Command, CommandEntry, Group, Section } from "./command.ts";
import { FLAG_OPTIONS } from "./flags.ts";

/**
 * Loads what `argv` needs: the command it names; all of a noun whose verb is missing or unknown; everything when its
 * first word is no command, for the help and for the nearest name.
 */
export async function loadCommands(
  argv: readonly string[],
  sections: readonly Section<CommandEntry>[],
): Promise<readonly Section[]> {
  const [word, verb] = commandWords(argv);
  for (const { title, entries } of sections) {
    const entry = entries.find(({ name }) => name === word);
    if (entry) return [{ title, entries: [await loadEntry(entry, verb)] }];
  }
  return loadAll(sections);
}

/** Every command, loaded. */
export function loadAll(sections: readonly Section<CommandEntry>[]): Promise<readonly Section[]> {
  return Promise.all(
    sections.map(async ({ title, entries }) => ({
      title,
      entries: await Promise.all(entries.map((entry) => loadEntry(entry, undefined))),
    })),
  );
}

async function loadEntry(
  entry: CommandEntry | Group<CommandEntry>,
  verb: string | undefined,
): Promise<Command | Group> {
  if ("load" in entry) return entry.load();
  const known = entry.commands.find(({ name }) => name === verb);
  const commands = known ? [known] : entry.commands;
  return { ...entry, commands: await Promise.all(commands.map(({ load }) => load())) };
}

/** The first two words that are no flag of every command, nor the value of one. What comes behind another flag may be its value. */
function commandWords(argv: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let index = 0; index < argv.length && found.length < 2; index++) {
    const word = argv[index] ?? "";
    if (!word.startsWith("-")) found.push(word);
    else if (VALUE_FLAGS.has(word)) index++;
    else if (!FLAGS.has(word) && !VALUE_FLAGS.has(word.replace(/=.*/s, ""))) break;
  }
  return found;
}

const forms = FLAG_OPTIONS.map(([form]) => form.split(" "));
const VALUE_FLAGS = namesOf(([, value]) => value !== undefined);
const FLAGS = namesOf(([, value]) => value === undefined);

function namesOf(wanted: (form: readonly string[]) => boolean): ReadonlySet<string> {
  return new Set(forms.filter(wanted).map(([name = ""]) => name));
}
