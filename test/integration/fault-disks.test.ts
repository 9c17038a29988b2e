import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Answer } from "../fixtures/fault-answers.mjs";
import { type Obedient, startObedient } from "../support/fault-table-process.ts";
import { fillTeam } from "../support/fault-team.ts";
import { canOverlay, memoryDisk, overlay } from "../support/mounts.ts";
import { canMount } from "../support/small-disk.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { hasTool } from "../support/tools.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const hasSetpriv = hasTool("setpriv", "--version");

async function obedient(...through: readonly string[]): Promise<Obedient> {
  const one = await startObedient(...through);
  onTestFinished(one.end);
  return one;
}

/** Does one operation as "first" while `meanwhile` holds, then as "second" when that is over. */
async function twice(
  one: Obedient,
  [operation, configDir]: readonly [string, string],
  { begin, end }: { readonly begin: () => void; readonly end: () => void },
): Promise<{ readonly first: Answer; readonly second: Answer }> {
  await one.ask({ do: "open", operation, configDir });
  begin();
  const first = await one.ask({ do: "run", mark: "first" });
  end();
  const second = await one.ask({ do: "run", mark: "second" });
  await one.ask({ do: "close" });
  return { first, second };
}

function lowestFree(taken: readonly number[]): number {
  let number = 0;
  while (taken.includes(number)) number++;
  return number;
}

const CHANGES = [
  "create-task",
  "claim",
  "complete",
  "release",
  "send-small",
  "send-body",
  "join",
  "presence",
];
const READS = ["open-team"];

test.skipIf(!canMount)(
  "C4 a disk that turns read-only refuses each change with path and errno, is read on, and works again (needs root and mount)",
  async () => {
    const disk = memoryDisk();
    await fillTeam(disk.folder);
    const one = await obedient();
    const journal = join(disk.folder, "teams/faulty/journal/1.jsonl");

    for (const operation of CHANGES) {
      const before = readFileSync(journal, "utf8");
      const { first, second } = await twice(one, [operation, disk.folder], {
        begin: () => disk.become("ro"),
        end: () => {
          expect(readFileSync(journal, "utf8")).toBe(before);
          disk.become("rw");
        },
      });

      expect({ operation, ...first }).toMatchObject({
        operation,
        kind: "error",
        code: "state_dir",
        errnos: [-30],
      });
      expect(first).toHaveProperty("message", expect.stringContaining(disk.folder));
      expect({ operation, ...second }).toEqual({ operation, kind: "done", to: "run" });
      execFileSync("rm", ["-r", "--", join(disk.folder, "teams")]);
      await fillTeam(disk.folder);
    }
    disk.become("ro");
    for (const operation of READS) {
      await one.ask({ do: "open", operation, configDir: disk.folder });
      expect(await one.ask({ do: "run", mark: "first" })).toEqual({ kind: "done", to: "run" });
    }
    disk.become("rw");
  },
);

test("C3 a process that may open no more files is told so by each operation that needs one, and goes on when it may", async () => {
  const one = await obedient();
  const pid = String(one.pid);
  // The soft limit alone: the hard one is not given back.
  const limit = (most: number): void => void execFileSync("prlimit", ["--pid", pid, `--nofile=${most}:`]);
  const usual = Number(execFileSync("prlimit", ["--pid", pid, "--nofile", "-o", "SOFT", "--noheadings"]));

  for (const operation of ["open-team", ...CHANGES]) {
    const configDir = tempFolder();
    await fillTeam(configDir);
    const { first, second } = await twice(one, [operation, configDir], {
      // The limit is the lowest number that is free: the next file would get it.
      begin: () => limit(lowestFree(readdirSync(`/proc/${pid}/fd`).map(Number))),
      end: () => limit(usual),
    });

    expect({ operation, ...first }).toMatchObject({
      operation,
      kind: "error",
      code: "store_unreachable",
      errnos: [-24],
    });
    expect({ operation, ...second }).toEqual({ operation, kind: "done", to: "run" });
  }
});

test.skipIf(!isRoot || !hasSetpriv)(
  "C5, L9 a team of another user is refused with path, mode and both users, and nothing is tried again (needs root)",
  async () => {
    const configDir = tempFolder();
    await fillTeam(configDir);
    chmodSync(configDir, 0o755);
    chmodSync(join(configDir, "teams"), 0o755);
    const one = await obedient(...NOBODY);

    await one.ask({ do: "open", operation: "open-team", configDir });
    const answer = await one.ask({ do: "run", mark: "first" });

    expect(answer).toMatchObject({ kind: "error", code: "state_dir" });
    const team = join(configDir, "teams/faulty");
    expect(answer).toHaveProperty(
      "message",
      `${team} is refused: it belongs to uid 0 (mode 0700), we are uid 65534`,
    );
  },
);

test.skipIf(!isRoot || !hasSetpriv)(
  "L8 nothing that a team keeps can be read by another user, although its makers' umask hides nothing (needs root)",
  async () => {
    const configDir = tempFolder();
    chmodSync(configDir, 0o777);
    const one = await obedient("sh", "-c", 'umask 0; exec "$@"', "sh");
    await one.ask({ do: "open", operation: "create-team", configDir });
    expect(await one.ask({ do: "run", mark: "first" })).toMatchObject({ kind: "done" });
    execFileSync("rm", ["-r", "--", join(configDir, "teams/faulty")]);
    await fillTeam(configDir);
    for (const operation of ["send-body", "receive", "presence", "snapshot", "transcript"]) {
      await one.ask({ do: "open", operation, configDir });
      expect({ operation, ...(await one.ask({ do: "run", mark: "first" })) }).toMatchObject({
        operation,
        kind: "done",
      });
    }
    await one.ask({ do: "close" });

    const [program = "", ...args] = NOBODY;
    const look = 'find "$0" -mindepth 2 -readable 2>/dev/null || true';
    const shown = execFileSync(program, [...args, "sh", "-c", look, configDir], {
      encoding: "utf8",
      cwd: "/",
    });
    const modes = execFileSync("find", [join(configDir, "teams"), "-printf", "%y %m\n"], {
      encoding: "utf8",
    });

    expect(shown).toBe("");
    expect(new Set(modes.trim().split("\n"))).toEqual(new Set(["d 700", "f 600"]));
    expect(existsSync(join(configDir, "teams/faulty/bodies"))).toBe(true);
  },
);

test.skipIf(!canOverlay)(
  "H5, C10 a team in the lower layer of an overlay is read, written and removed like another (needs root and overlayfs)",
  async () => {
    const configDir = await overlay(fillTeam);
    const [reader, writer] = [await obedient(), await obedient()];
    // Opened in the lower layer, before anybody's append has it copied up.
    await reader.ask({ do: "open", operation: "create-task", configDir, instance: "reader" });

    await writer.ask({ do: "open", operation: "claim", configDir });
    expect(await writer.ask({ do: "run", mark: "first" })).toEqual({ kind: "done", to: "run" });
    expect(await reader.ask({ do: "run", mark: "first" })).toEqual({ kind: "done", to: "run" });
    expect(await writer.ask({ do: "run", mark: "second" })).toEqual({ kind: "done", to: "run" });
    for (const operation of ["send-small", "receive", "presence", "snapshot"]) {
      await writer.ask({ do: "open", operation, configDir });
      expect({ operation, ...(await writer.ask({ do: "run", mark: "first" })) }).toEqual({
        operation,
        kind: "done",
        to: "run",
      });
      await writer.ask({ do: "close" });
    }
    await reader.ask({ do: "close" });
    const journal = readFileSync(join(configDir, "teams/faulty/journal/1.jsonl"), "utf8");
    expect(journal.match(/"op":"claim"|first task/g)).toHaveLength(7);

    mkdirSync(join(configDir, "teams/other"));
    await writer.ask({ do: "open", operation: "remove-team", configDir });
    expect(await writer.ask({ do: "run", mark: "first" })).toEqual({ kind: "done", to: "run" });
    expect(readdirSync(join(configDir, "teams"))).toEqual(["other"]);
  },
);
