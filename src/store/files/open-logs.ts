import { diskError } from "../../base/disk-error.ts";
import type { Entry } from "../../protocol/entries.ts";
import type { Message } from "../../protocol/message.ts";
import { type MemberName, type Party, SubagentId } from "../../protocol/names.ts";
import type { TeamPaths } from "../../protocol/paths.ts";
import { agentLogDecoder, journalDecoder, mailDecoder } from "../decoder.ts";
import type { AgentLogEntry, AgentLogName, CursorFile } from "../store.ts";
import { openCursorFile } from "./cursor-file.ts";
import { journalPlace, type LogPlace, mailboxPlace, singleFilePlace } from "./log-place.ts";
import { type FileLog, type LogDeps, openLog } from "./open-log.ts";

/** In front of the id in the name of a subagent's file. */
const SUBAGENT = "sub-";

/** Every log of a team, each opened at its first use. */
export interface TeamLogs {
  readonly journal: FileLog<Entry>;
  readonly mailbox: (owner: Party) => FileLog<Message>;
  readonly cursor: (owner: Party) => CursorFile;
  readonly agentLog: (member: MemberName, log: AgentLogName) => FileLog<AgentLogEntry>;
  readonly subagentLog: (member: MemberName, id: SubagentId) => FileLog<AgentLogEntry>;
  readonly subagents: (member: MemberName) => Promise<readonly SubagentId[]>;
  readonly close: () => Promise<void>;
}

/** Bytes at which a segment is sealed. */
export interface SealBytes {
  readonly journal: number;
  readonly mail: number;
}

export function openLogs(paths: TeamPaths, deps: LogDeps, sealBytes: SealBytes): TeamLogs {
  const { fs } = deps;
  const journal = openLog(deps, journalPlace(fs, paths.journal, sealBytes.journal), journalDecoder);
  const mailboxes = keep<FileLog<Message>>();
  const agentLogs = keep<FileLog<AgentLogEntry>>();
  const placeOf = (owner: Party): LogPlace => mailboxPlace(fs, paths.mailbox(owner), sealBytes.mail);
  const mailbox = (owner: Party): FileLog<Message> =>
    mailboxes.get(owner.toLowerCase(), () => openLog(deps, placeOf(owner), mailDecoder));
  return {
    journal,
    mailbox,
    cursor: (owner) => openCursorFile(fs, paths.cursor(owner), placeOf(owner), mailbox(owner)),
    agentLog: (member, log) =>
      agentLogs.get(`${member.toLowerCase()}/${log}`, () => {
        const place = singleFilePlace(fs, paths.agent(member), log);
        // The cursor moves behind what the transcript holds, and others' anchors behind an audit log: what is lost there is
        // missed. Events are not worth a sync.
        const durability = log === "events" ? "default" : deps.durability;
        return openLog({ ...deps, durability }, place, agentLogDecoder);
      }),
    // Not kept: a member that lives for days has thousands of them.
    subagentLog: (member, id) =>
      openLog(deps, singleFilePlace(fs, paths.agent(member), `${SUBAGENT}${id}`), agentLogDecoder),
    subagents: async (member) => subagentsIn(await listed(fs, paths.agent(member))),
    close: async () => {
      for (const log of [journal, ...mailboxes.all(), ...agentLogs.all()]) await log.close();
    },
  };
}

async function listed(fs: LogDeps["fs"], folder: string): Promise<readonly string[]> {
  try {
    return (await fs.list(folder)) ?? [];
  } catch (error) {
    throw diskError(error, "list", folder);
  }
}

function subagentsIn(names: readonly string[]): readonly SubagentId[] {
  return names.flatMap((name) => {
    const id = name.startsWith(SUBAGENT) && name.endsWith(".jsonl") ? name.slice(SUBAGENT.length, -6) : "";
    return SubagentId.safeParse(id).data ?? [];
  });
}

/** One log for each name, opened at its first use. */
function keep<T>(): { readonly get: (key: string, make: () => T) => T; readonly all: () => Iterable<T> } {
  const kept = new Map<string, T>();
  return {
    get: (key, make) => {
      const found = kept.get(key) ?? make();
      kept.set(key, found);
      return found;
    },
    all: () => kept.values(),
  };
}
