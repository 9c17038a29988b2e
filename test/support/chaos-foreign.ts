import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { z } from "zod";

const FIXTURE = join(import.meta.dirname, "../fixtures/chaos-foreign.mjs");
const Done = z.object({
  appended: z.number(),
  pruned: z.number(),
  tasks: z.number(),
  configs: z.number(),
  refused: z.number(),
  torn: z.number(),
  errors: z.array(z.string()),
});

/** What a foreign peer did; `refused` and `torn` are the races of its own kind, `errors` are not. */
export type ForeignDone = z.infer<typeof Done>;

export interface ForeignPeers {
  /** Lets each finish what it does, and answers what all of them did. */
  readonly end: () => Promise<ForeignDone>;
}

/** Processes that keep Claude Code's files in the folder of a team, with its locks and its writes. */
export function foreignPeers(count: number, config: string, team: string): ForeignPeers {
  const peers = Array.from({ length: count }, (_, index) => {
    const plan = {
      teamDir: join(config, "teams", team),
      tasksDir: join(config, "tasks", team),
      names: ["native1", "native2", "lead"],
      me: `native${index + 1}`,
    };
    const child = spawn(process.execPath, [FIXTURE, JSON.stringify(plan)], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { PATH: "/usr/bin:/bin" },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
    return { child, lines };
  });
  const endOne = async ({ child, lines }: (typeof peers)[number]): Promise<ForeignDone> => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, "close");
    const last = lines.at(-1) ?? "";
    if (!last.startsWith("DONE ")) throw new Error(`a foreign peer ended with ${child.exitCode}: ${last}`);
    return Done.parse(JSON.parse(last.slice("DONE ".length)));
  };
  return {
    end: async () => {
      const all = await Promise.all(peers.map(endOne));
      const sum = (key: Exclude<keyof ForeignDone, "errors">): number =>
        all.reduce((total, one) => total + one[key], 0);
      return {
        appended: sum("appended"),
        pruned: sum("pruned"),
        tasks: sum("tasks"),
        configs: sum("configs"),
        refused: sum("refused"),
        torn: sum("torn"),
        errors: all.flatMap(({ errors }) => errors),
      };
    },
  };
}
