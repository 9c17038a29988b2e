import { relative } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { TornLine } from "../store/store.ts";
import { plural } from "./plural.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import type { Walked } from "./repair-walk.ts";

const HEAD_BYTES = 200;
/** What the codec puts at the end of each line. */
const TAIL = /,"c":"[0-9a-f]{8}"\}$/;
const TAIL_BYTES = 16;
/** Version and id stand in front, so that a line that was cut still names its writer. */
const WRITER = /"id":"([A-Za-z0-9][A-Za-z0-9_-]{5,31})\.\d+"/;

const CAUSES = {
  json: "its checksum is right and it is no entry",
  schema: "its checksum is right and it is no entry that we know",
  too_long: "longer than any entry may be",
  behind_seal: "came behind the seal; its writer appended it again",
} as const;

/** Lines that do not count, with place, size, cause and writer where they are known. Nothing is ever cut. Source: faults.md M1, M11. */
export async function tellTorn(place: RepairPlace, walked: Walked): Promise<readonly RepairFinding[]> {
  const { paths } = place;
  const torn: string[] = [];
  const changed: string[] = [];
  for (const line of walked.torn) {
    const { isWhole, writer } = await lookAtLine(place, line);
    const isChanged = line.why === "checksum" && isWhole;
    const cause = causeOf(line, isChanged);
    const by =
      writer === undefined
        ? ""
        : `; written by ${walked.instances.get(writer) ?? "somebody unknown"} (${writer})`;
    const text = `${relative(paths.root, line.path)} byte ${line.offset}: ${line.bytes} bytes, ${cause}${by}`;
    (isChanged ? changed : torn).push(text);
  }
  for (const { path, offset, bytes } of walked.tails)
    torn.push(
      `${relative(paths.root, path)} byte ${offset}: ${bytes} bytes without an end; the next line ends it`,
    );
  const count = walked.tornCount - changed.length + walked.tails.length;
  const findings: RepairFinding[] = [];
  if (count > 0)
    findings.push({
      kind: "torn_lines",
      severity: "note",
      what: `${plural(count, "torn line", "torn lines")}, skipped; all other entries count`,
      details: torn,
    });
  if (changed.length > 0)
    findings.push({
      kind: "changed_line",
      severity: "warning",
      what: `${plural(changed.length, "line was", "lines were")} changed after ${changed.length === 1 ? "it was" : "they were"} written`,
      details: changed,
    });
  return findings;
}

function causeOf({ why }: TornLine, isChanged: boolean): string {
  if (why !== "checksum") return CAUSES[why];
  return isChanged ? "its end is there and its checksum does not match" : "cut short";
}

/** Whether the line has an end, and the instance that its first bytes name. */
async function lookAtLine(
  { fs }: RepairPlace,
  { path, offset, bytes }: TornLine,
): Promise<{ readonly isWhole: boolean; readonly writer: string | undefined }> {
  try {
    const file = await fs.openRead(path);
    try {
      const head = latin(await fs.readFrom(file, offset, Math.min(bytes, HEAD_BYTES)));
      const tail = latin(await fs.readFrom(file, offset + Math.max(0, bytes - TAIL_BYTES), TAIL_BYTES));
      return { isWhole: TAIL.test(tail), writer: WRITER.exec(head)?.[1] };
    } finally {
      await fs.close(file);
    }
  } catch (error) {
    // A mailbox's segment may have been removed since it was walked.
    if (isErrno(error, "ENOENT")) return { isWhole: false, writer: undefined };
    throw error;
  }
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
