import type { Fs, OpenFile } from "../../../src/base/files.ts";
import type { Scenario } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";
import { handleOf } from "./sim-world.ts";

/** What a process takes for its disk. */
type Lie = NonNullable<Scenario["lie"]>;

const NEWLINE = 10;
const isSealText = /"op":"seal"/;

/** Only process 0 has it; the others have the disk. */
export function onlyFirst(lie: Lie): Lie {
  return (fs, process) => (process.index === 0 ? lie(fs, process) : fs);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** O_APPEND is missing: it writes where the file ended when it last looked. */
export function atSizeLastSeen(fs: Fs, process: SimProcess): Fs {
  const seen = new Map<OpenFile, number>();
  return {
    ...fs,
    facts: async (file) => {
      const facts = await fs.facts(file);
      seen.set(file, facts.size);
      return facts;
    },
    append: async (file, bytes) => {
      const size = seen.get(file) ?? (await fs.facts(file)).size;
      seen.set(file, size + bytes.length);
      return process.do({
        text: () => `writes at ${size}`,
        footprint: () => ({ reads: [], writes: [`d${handleOf(file).inode}`] }),
        job: (world) => world.disk.writeAt(world.file(file), size, bytes),
      });
    },
  };
}

export function appendsNothing(fs: Fs): Fs {
  return { ...fs, append: async (_file, bytes) => bytes.length };
}

export function continuesShortWrites(fs: Fs): Fs {
  return {
    ...fs,
    append: async (file, bytes) => {
      let count = 0;
      while (count < bytes.length) count += await fs.append(file, bytes.subarray(count));
      return count;
    },
  };
}

export function leavesOutTheLeadingNewline(fs: Fs): Fs {
  return { ...fs, append: async (file, bytes) => 1 + (await fs.append(file, bytes.subarray(1))) };
}

export function endsEveryLine(fs: Fs): Fs {
  return {
    ...fs,
    readFrom: async (file, offset, max) => {
      const bytes = Buffer.from(await fs.readFrom(file, offset, max));
      const isCut = file.path.endsWith(".jsonl") && bytes.length > 1 && bytes.at(-1) !== NEWLINE;
      return isCut ? Buffer.concat([bytes, Buffer.from("\n")]) : bytes;
    },
  };
}

/** Makes the lines that `isMeant` names look like empty ones. */
export function blanks(isMeant: (line: string) => boolean): Lie {
  return (fs) => ({
    ...fs,
    readFrom: async (file, offset, max) => {
      const bytes = Buffer.from(await fs.readFrom(file, offset, max));
      if (!file.path.endsWith(".jsonl")) return bytes;
      for (let start = 0; start < bytes.length; ) {
        const newline = bytes.indexOf(NEWLINE, start);
        const end = newline < 0 ? bytes.length : newline;
        if (newline >= 0 && isMeant(textOf(bytes.subarray(start, end)))) bytes.fill(NEWLINE, start, end);
        start = end + 1;
      }
      return bytes;
    },
  });
}

export function skipsOneLine(): Lie {
  return (fs, process) => {
    let isDone = false;
    return blanks((line) => {
      const isMeant = !isDone && process.index === 0 && line.includes('"process-1.');
      isDone ||= isMeant;
      return isMeant;
    })(fs, process);
  };
}

/** The segment is sealed first, and the next one made behind that. */
export function sealsFirst(fs: Fs): Fs {
  let next: string | undefined;
  return {
    ...fs,
    create: async (path, bytes) => {
      if (/journal\/\d+\.jsonl$/.test(path)) next = path;
      else await fs.create(path, bytes);
    },
    append: async (file, bytes) => {
      const count = await fs.append(file, bytes);
      if (next !== undefined && isSealText.test(textOf(bytes))) await fs.create(next, new Uint8Array());
      return count;
    },
  };
}

export function copiesInsteadOfRenaming(fs: Fs, process: SimProcess): Fs {
  return {
    ...fs,
    rename: async (from, to) => {
      const bytes = (await process.peek(from)) ?? Buffer.alloc(0);
      for (const part of [bytes.subarray(0, 20), bytes])
        await process.do({
          text: () => `writes ${part.length} bytes to ${to}`,
          footprint: () => ({ reads: [], writes: [to] }),
          job: ({ disk }) => disk.put(to, part),
        });
      await fs.unlink(from);
    },
  };
}

export function removesNothing(fs: Fs): Fs {
  return { ...fs, unlink: async () => {} };
}

/** Changes one letter of what it appends: the line is whole, its checksum is of another one. */
export function misspells(fs: Fs): Fs {
  return {
    ...fs,
    append: (file, bytes) => fs.append(file, Buffer.from(textOf(bytes).replace("Note of", "Nose of"))),
  };
}
