import type { Host } from "../../src/base/host.ts";

/** A host whose clock moves 1 ms a look and whose ids count up: everything but the disk and the processes is known. */
export function testHost(seed: string, env: Record<string, string> = {}): Host {
  let now = Date.UTC(2026, 10, 20, 12);
  let ids = 0;
  return {
    home: "/nowhere",
    cwd: "/nowhere",
    program: "/nowhere/bin/troupe.js",
    env,
    now: () => now++,
    newId: () => `${seed}${String(++ids).padStart(6, "0")}`,
  };
}
