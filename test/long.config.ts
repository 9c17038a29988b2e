import { join } from "node:path";
import { defineConfig } from "vitest/config";

const HOUR_MS = 3_600_000;

/** Runs that take minutes or hours, one file each, with parameters: see scripts/long.mjs. Not part of `npm test`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["long/*.test.ts"],
    testTimeout: 48 * HOUR_MS,
    hookTimeout: HOUR_MS,
    fileParallelism: false,
    globalSetup: join(import.meta.dirname, "support/build.ts"),
  },
});
