import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "../../src/base/node-files.ts";
import { TeamName } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { type Answer, sameHost } from "../fixtures/fault-answers.mjs";
import { type Mark, operationNamed } from "../fixtures/fault-operations.mjs";
import { type Looked, looked } from "./fault-table-look.ts";
import { sourceParts } from "./fault-table-parts.ts";
import { leftoverFiles } from "./leaks.ts";
import { readEvidence } from "./verify-evidence.ts";

const NAME = TeamName.parse("faulty");

/** One way to let one operation fail: in this process at the seam of the disk, or in another one under strace. */
export interface FaultyRun {
  readonly open: (operation: string) => Promise<void>;
  /** The try that is to fail. Answers whether something did. */
  readonly runFaulty: () => Promise<{ readonly answer: Answer; readonly failed: boolean }>;
  readonly run: (mark: Mark) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** What is to fail, in words and as the number of its errno; `short`: bytes are missing. */
export interface CellFault {
  readonly what: string;
  readonly errno: number | undefined;
  readonly short?: boolean;
}

export interface CellResult {
  readonly outcome: "done" | "refused" | "uncertain" | "not reached";
  readonly violations: readonly string[];
}

/** A folder in which one operation after the other fails: each time it begins as it was filled. */
export interface FaultFolders {
  readonly configDir: string;
  /** The folder as the operation expects it. */
  readonly renew: (operation: string) => Promise<void>;
  readonly remove: () => void;
}

/** `inMemory`: not on a disk, where there is such a place; hundreds of cells then take seconds on a busy machine too. */
export function faultFolders({ inMemory = false }: { readonly inMemory?: boolean } = {}): FaultFolders {
  const memory = inMemory && existsSync("/dev/shm");
  const root = mkdtempSync(join(memory ? "/dev/shm" : tmpdir(), "troupe-test-fault-"));
  const configDir = join(root, "now");
  return {
    configDir,
    renew: async (operation) => {
      const template = join(root, operation);
      if (!existsSync(template)) {
        mkdirSync(template);
        const world = { parts: sourceParts, fs: nodeFiles(), host: sameHost(), configDir: template };
        const { fill } = operationNamed(operation);
        await fill(world);
      }
      rmSync(configDir, { recursive: true, force: true });
      cpSync(template, configDir, { recursive: true, preserveTimestamps: true });
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** One cell: the operation with the fault, another of its kind without, the failed one again; each time all is read anew. */
export async function runCell(
  operation: string,
  fault: CellFault,
  folders: FaultFolders,
  run: FaultyRun,
): Promise<CellResult> {
  const { configDir } = folders;
  await folders.renew(operation);
  await run.open(operation);
  const { answer: first, failed } = await run.runFaulty();
  if (!failed) {
    await run.close();
    return { outcome: "not reached", violations: first.kind === "done" ? [] : [described(first)] };
  }
  const before = await looked(operation, configDir);
  const second = await run.run("second");
  const after = await looked(operation, configDir);
  const isMissing = first.kind !== "done" && !after.stands.includes("first");
  const again = isMissing ? await run.run("first") : undefined;
  await run.close();
  const end = again ? await looked(operation, configDir) : after;
  return {
    outcome: outcomeOf(first),
    violations: [
      ...named(first, fault, configDir),
      ...stood(operation, first, [before, after]),
      ...wentWell("the next call", operation, second),
      ...(second.kind === "done" ? shown("the next call was done", "second", after) : []),
      ...(again ? wentWell("the same call again", operation, again) : []),
      ...counted(operation, end.stands),
      ...left(operation, fault, configDir),
    ],
  };
}

function outcomeOf(answer: Answer): "done" | "refused" | "uncertain" {
  if (answer.kind === "error" && answer.uncertain) return "uncertain";
  return answer.kind === "done" ? "done" : "refused";
}

function described(answer: Answer): string {
  return JSON.stringify(answer);
}

/** Whoever is refused hears why: a named error with path and errno, never a bare one. */
function named(answer: Answer, { errno }: CellFault, configDir: string): string[] {
  if (answer.kind === "done") return answer.wrong === undefined ? [] : [`a wrong answer: ${answer.wrong}`];
  if (answer.kind !== "error") return [`no named error: ${described(answer)}`];
  if (answer.uncertain) return [];
  return [
    ...(answer.message.includes(configDir) ? [] : [`the error names no path: ${answer.message}`]),
    ...(errno === undefined || answer.errnos.includes(errno)
      ? []
      : [`the error does not keep errno ${errno}: ${described(answer)}`]),
  ];
}

/** What was refused does not show up later; what was done stays, unless the next one takes its place. */
function stood(operation: string, first: Answer, [before, after]: readonly [Looked, Looked]): string[] {
  const looks = operationNamed(operation).replaces ? [before] : [before, after];
  if (first.kind === "done") return looks.flatMap((look) => shown("done", "first", look));
  if (outcomeOf(first) === "uncertain" || operationNamed(operation).replaces) return [];
  return looks.flatMap(({ stands }) =>
    stands.includes("first") ? [`refused, and it stands: ${described(first)}`] : [],
  );
}

function shown(who: string, mark: Mark, { stands, isShown }: Looked): string[] {
  return isShown && !stands.includes(mark) ? [`${who}, and it does not stand`] : [];
}

function wentWell(who: string, operation: string, answer: Answer): string[] {
  const { secondMayHear } = operationNamed(operation);
  if (answer.kind === "done")
    return answer.wrong === undefined ? [] : [`${who}, without a fault: a wrong answer: ${answer.wrong}`];
  if (answer.kind === "error" && answer.code === secondMayHear) return [];
  return [`${who}, without a fault: ${described(answer)}`];
}

function counted(operation: string, stands: readonly string[]): string[] {
  if (operationNamed(operation).replaces) return [];
  return new Set(stands).size === stands.length ? [] : [`counts twice: ${stands.join(", ")}`];
}

/** No lock and no temporary file stays; every line is whole, but for a short write's; every file parses. */
function left(operation: string, { short = false }: CellFault, configDir: string): string[] {
  const { root, journal } = teamPaths(configDir, NAME);
  const files = leftoverFiles(configDir).map((path) => `left behind: ${path}`);
  if (!existsSync(root)) return files;
  const { torn, broken, leftovers } = readEvidence(root);
  const isSealMissing =
    operationNamed(operation).hasTwoSegments === true && !existsSync(join(journal, "2.jsonl"));
  return [
    ...new Set([...files, ...leftovers.map((path) => `left behind: ${join(root, path)}`)]),
    ...broken,
    ...(torn.length > (short ? 1 : 0) ? [`${torn.length} torn lines`] : []),
    ...(isSealMissing ? ["the full segment was not followed by another"] : []),
  ];
}
