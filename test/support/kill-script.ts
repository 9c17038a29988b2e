import type { Fs } from "../../src/base/files.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import type { EntryDraft } from "../../src/protocol/entries.ts";
import { InstanceId, MemberName, TaskId } from "../../src/protocol/names.ts";
import type { Store } from "../../src/store/store.ts";
import { openMailbox } from "../../src/team/mail.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import type { Life } from "./kill-life.ts";
import { lifeOf } from "./kill-reports.ts";
import { openKilled } from "./kill-team.ts";
import { testHost } from "./test-host.ts";

/** A worker's life by hand: what it does and when is the test's choice, what it reports is what a worker reports. */
export interface ScriptedLife {
  readonly commit: (draft: EntryDraft) => Promise<boolean>;
  readonly claim: (task: number) => Promise<boolean>;
  readonly send: (to: string, length?: number) => Promise<void>;
  /** Takes its mail. */
  readonly take: () => Promise<void>;
  /** The state that it sees, and its hash. */
  readonly hash: () => Promise<void>;
  /** For the functions of `team/`; its commits are reported too. */
  readonly team: Awaited<ReturnType<typeof openTeam>>;
  readonly store: Store;
  /** Reports something that did not happen. */
  readonly say: (line: string) => void;
  readonly end: () => Promise<Life>;
}

export interface Lies {
  readonly fs?: (honest: Fs) => Partial<Fs>;
  readonly store?: (honest: Store) => Partial<Store>;
  readonly sealBytes?: number;
  /** As on a network file system: appends under a lock. */
  readonly network?: boolean;
}

/** A life of `member` on the team of `createKillTeam`, with a disk or a store that lies. */
export async function scriptedLife(
  configDir: string,
  member: string,
  lies: Lies = {},
): Promise<ScriptedLife> {
  const honest = nodeFiles();
  const fs: Fs = { ...honest, ...lies.fs?.(honest) };
  const files = await openKilled(configDir, fs, lies);
  const store: Store = { ...files, ...lies.store?.(files) };
  const instance = InstanceId.parse(`life-of-${member}`);
  const opened = await openTeam(store, testHost(member), instance);
  const name = MemberName.parse(member);
  const lines = [`UP ${instance}`];
  let calls = 0;
  let lastFolded = "";
  let lastOwn = "";
  opened.subscribe(({ entry }) => {
    lastFolded = entry.id;
    if (entry.id.startsWith(`${instance}.`)) lastOwn = entry.id;
  });
  await opened.readOn();
  const mailbox = await openMailbox(opened, name, new Set());

  const report = async (draft: EntryDraft): ReturnType<typeof opened.commit> => {
    const n = ++calls;
    lastOwn = "";
    lines.push(`CALL ${n} ${process.hrtime.bigint()} ${JSON.stringify(draft)}`);
    const outcome = await opened.commit(draft);
    const refused = lastOwn === "" ? `early ${lastFolded}` : `void ${lastOwn}`;
    const answer = outcome.ok ? `ok ${outcome.entry.id} -` : `${refused} ${outcome.reason.kind}`;
    lines.push(`RET ${n} ${process.hrtime.bigint()} ${answer}`);
    if (outcome.ok) lines.push(`ACK journal ${outcome.entry.id}`);
    return outcome;
  };
  const team = { ...opened, commit: report };
  const commit = async (draft: EntryDraft): Promise<boolean> => (await report(draft)).ok;
  return {
    team,
    commit,
    claim: async (number) => {
      const task = TaskId.parse(String(number));
      const isWon = await commit({ op: "claim", by: name, task });
      const { claim = "", attempts = 0 } = team.state().tasks.get(task) ?? {};
      if (isWon) lines.push(`WON ${task} ${claim} ${attempts}`);
      return isWon;
    },
    send: async (to, length = 20) => {
      const n = ++calls;
      lines.push(`POST ${n} ${process.hrtime.bigint()} mail/${to}`);
      const text = `by-${instance} hello ${length} ${"x".repeat(length)}`;
      const { id } = await team.post({ from: name, to: MemberName.parse(to), kind: "text", text });
      lines.push(`SENT ${n} ${process.hrtime.bigint()} ${id}`, `ACK mail/${to} ${id}`);
    },
    take: async () => {
      for (const { id } of await mailbox.take()) lines.push(`GOT mail/${member} ${id}`);
    },
    hash: async () => {
      await team.readOn();
      lines.push(`HASH ${lastFolded} ${stateHash(team.state())}`);
    },
    store,
    say: (line) => lines.push(line),
    end: async () => {
      await team.close();
      return lifeOf(member, lines);
    },
  };
}
