import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sealLine } from "../../src/store/files/log-lines.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { bob } from "../support/store-entries.ts";
import { fileTeam } from "../support/store-team.ts";

const MB = 1024 * 1024;
/** 500 takes a few seconds of a machine's whole disk and both cores. */
// oxlint-disable-next-line node/no-process-env -- how much is asked of the machine is said from outside
const MEGABYTES = process.env["TROUPE_TEST_FULL"] ? 500 : 60;
const SEGMENT_MB = 16;
/** Old space of the reader, in MB: holding the mailbox would end it. */
const HEAP_MB = 40;

/** Sealed segments of large lines, as they stand when nobody has read for long. Answers how many messages they hold. */
function writeMailbox(folder: string): number {
  const text = "x".repeat(240 * 1024);
  let count = 0;
  let size = 0;
  mkdirSync(folder, { mode: 0o700 });
  for (let segment = 1; size < MEGABYTES * MB; segment++) {
    const lines: Buffer[] = [];
    for (const end = size + SEGMENT_MB * MB; size < end; size += lines.at(-1)?.length ?? 0)
      lines.push(
        encodeLine(
          `{"v":1,"id":"sender-0001.${++count}","at":"","from":"ada","to":"bob","kind":"text","text":"${text}"}`,
        ),
      );
    const path = join(folder, `${segment}.jsonl`);
    writeFileSync(path, Buffer.concat(lines), { mode: 0o600 });
    if (size < MEGABYTES * MB) appendFileSync(path, sealLine());
  }
  return count;
}

test(`D9 M20 a mailbox of ${MEGABYTES} MB (500 with TROUPE_TEST_FULL=1) is read in flat memory, piece by piece, complete and in order`, async () => {
  const team = await fileTeam();
  const count = writeMailbox(team.paths.mailbox(bob));

  const answer = execFileSync(
    process.execPath,
    [
      `--max-old-space-size=${HEAP_MB}`,
      join(import.meta.dirname, "../fixtures/mailbox-reader.mjs"),
      team.configDir,
    ],
    { encoding: "utf8" },
  );

  const { largestPiece, turns, ...seen } = JSON.parse(answer) as Record<string, unknown>;
  expect(seen).toEqual({ messages: count, inOrder: true });
  expect(largestPiece).toBeLessThan(2 * MB);
  expect(turns).toBeGreaterThan(5);
});
