import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ProcessIdentity, RunFile, Usage } from "../protocol/files.ts";
import type { InstanceId, MemberName, TaskId } from "../protocol/names.ts";
import type { Presence } from "../store/store.ts";
import { NO_USAGE } from "./cost.ts";

/** Between two signs of life, in ms. Source: faults.md §5. */
const BEAT_MS = 10_000;

/** What a member tells about itself in its `run.json`. */
export interface Signs {
  readonly status: RunFile["status"];
  readonly task: TaskId | null;
  /** Of this life. */
  readonly usage: Usage;
  readonly context: { readonly used: number; readonly max: number | null };
}

export interface OwnPresence {
  /** Rejects when the first `run.json` cannot be written: nobody would know that this process lives. */
  readonly begin: () => Promise<void>;
  /** Takes the new values and writes them soon; never throws. */
  readonly show: (signs: Partial<Signs>) => void;
  /** Ends the beat; removes the file when `remove`. Never rejects. */
  readonly end: (remove: boolean) => Promise<void>;
}

export interface PresenceDeps {
  readonly presence: Presence;
  readonly identity: ProcessIdentity;
  readonly instance: InstanceId;
  readonly member: MemberName;
  readonly model: string;
  readonly now: () => number;
  /** A beat that cannot be written is not worth a life; whoever runs this process hears of it. */
  readonly onTrouble: (error: unknown) => void;
}

/** Keeps `run.json` true: one writer, one write at a time, the newest values in each. */
export function openPresence(deps: PresenceDeps): OwnPresence {
  const { presence, instance, member, now } = deps;
  const startedAt = iso(now());
  const version = ownVersion();
  let signs: Signs = {
    status: "starting",
    task: null,
    usage: NO_USAGE,
    context: { used: 0, max: null },
  };
  let since = startedAt;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  let isDirty = false;
  let writing: Promise<void> | undefined;

  const write = (): Promise<void> =>
    presence.write({
      ...deps.identity,
      v: 1,
      instance,
      member,
      version,
      startedAt,
      beat: iso(now()),
      model: deps.model,
      since,
      ...signs,
    });
  const writeNewest = async (): Promise<void> => {
    while (isDirty && !isEnded) {
      isDirty = false;
      await write().catch(deps.onTrouble);
    }
    writing = undefined;
  };
  const mark = (): void => {
    isDirty = true;
    if (!isEnded) writing ??= writeNewest();
  };
  const beat = (): void => {
    mark();
    timer = setTimeout(beat, BEAT_MS).unref();
  };

  return {
    begin: async () => {
      await write();
      timer = setTimeout(beat, BEAT_MS).unref();
    },
    show: (changed) => {
      if (changed.status !== undefined && changed.status !== signs.status) since = iso(now());
      signs = { ...signs, ...changed };
      mark();
    },
    end: async (remove) => {
      isEnded = true;
      clearTimeout(timer);
      await writing;
      if (remove) await presence.remove(member, instance).catch(deps.onTrouble);
    },
  };
}

const Package = z.looseObject({ version: z.string() });

/** From `package.json`, two folders above this file in `src` and in `dist`. */
function ownVersion(): string {
  const path = join(import.meta.dirname, "../../package.json");
  return Package.parse(JSON.parse(readFileSync(path, "utf8"))).version;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
