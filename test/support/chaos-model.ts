import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { until } from "./until.ts";

const FIXTURE = join(import.meta.dirname, "../fixtures/chaos-model.mjs");
const Seen = z.object({ calls: z.number(), refused: z.array(z.string()) });

/** What the server was asked: `refused` are requests that it had no answer for, or that the API would refuse. */
export type ModelSeen = z.infer<typeof Seen>;

export interface ChaosModel {
  readonly url: string;
  readonly pid: number;
  readonly seen: () => Promise<ModelSeen>;
}

/** The scripted model in a process of its own, so that a busy test does not slow it; gone when the test ends. */
export async function chaosModel(folder: string, script: unknown): Promise<ChaosModel> {
  const file = join(folder, "script.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(script));
  const child = spawn(process.execPath, [FIXTURE, file], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: "/usr/bin:/bin" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const heard: string[] = [];
  createInterface({ input: child.stdout }).on("line", (text) => heard.push(text));
  const line = async (word: string): Promise<string> => {
    const text = await until(() => heard.shift(), { within: 20_000, what: "the model server speaks" });
    if (!text.startsWith(`${word} `)) throw new Error(`the model server says ${text}`);
    return text.slice(word.length + 1);
  };
  const url = await line("READY");
  return {
    url,
    pid: child.pid ?? 0,
    seen: async () => {
      child.stdin.write("?\n");
      return Seen.parse(JSON.parse(await line("SEEN")));
    },
  };
}
