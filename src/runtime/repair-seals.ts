import { basename, join, relative } from "node:path";
import { withLock } from "../base/lock.ts";
import { networkFileSystem } from "../base/network-file-system.ts";
import { mailDecoder } from "../store/decoder.ts";
import { isSealed } from "../store/files/log-lines.ts";
import { journalPlace, type LogPlace, mailboxPlace } from "../store/files/log-place.ts";
import { createLogWriter } from "../store/files/log-writer.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

/**
 * Segments without a seal over which the next one was made: their sealer died in between, and nothing counts in the next
 * one before. Source: faults.md M6.
 */
export async function lookAtSeals(place: RepairPlace): Promise<readonly RepairFinding[]> {
  const { fs, paths } = place;
  const logs: LogPlace[] = [journalPlace(fs, paths.journal, Number.POSITIVE_INFINITY)];
  for (const owner of (await fs.list(paths.mail)) ?? []) {
    const folder = join(paths.mail, owner);
    if ((await fs.stat(folder))?.kind === "folder")
      logs.push(mailboxPlace(fs, folder, Number.POSITIVE_INFINITY));
  }
  const findings: RepairFinding[] = [];
  for (const log of logs)
    for (const number of await log.list())
      if (!(await isDone(place, log, number))) findings.push(unsealed(place, log, number));
  return findings;
}

async function isDone({ fs }: RepairPlace, log: LogPlace, number: number): Promise<boolean> {
  if (!(await log.has(number + 1))) return true;
  const file = await fs.openRead(log.segment(number));
  try {
    return await isSealed(fs, file);
  } finally {
    await fs.close(file);
  }
}

function unsealed(place: RepairPlace, log: LogPlace, number: number): RepairFinding {
  const { fs, paths } = place;
  const name = relative(paths.root, log.segment(number));
  return {
    kind: "unsealed",
    severity: "warning",
    what: `${name} has no seal, and ${basename(log.segment(number + 1))} is there`,
    repair: {
      plan: "seal it",
      besideSupervisor: true,
      apply: async () => {
        if (await isDone(place, log, number)) return undefined;
        const lock = networkFileSystem(paths.root) === undefined ? undefined : withLock;
        // A seal is an entry of no log, so any decoder will do. Synced: a seal that a power cut takes away would let
        // entries count that were appended again behind it.
        const writer = createLogWriter({ fs, place: log, decoder: mailDecoder, durability: "power", lock });
        try {
          await writer.seal(number);
        } finally {
          await writer.close();
        }
        return `sealed ${name}`;
      },
    },
  };
}
