import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Absolute: knip resolves it from the package, vitest from `root`.
const globalSetup = join(import.meta.dirname, "support/build.ts");

export default defineConfig({
  test: {
    root: import.meta.dirname,
    projects: [
      // A busy machine is no failure: what hangs still ends.
      { test: { name: "unit", include: ["unit/**/*.test.{ts,tsx}"], testTimeout: 30_000 } },
      {
        test: {
          name: "integration",
          include: ["integration/**/*.test.ts"],
          testTimeout: 20_000,
          sequence: { groupOrder: 1 },
          globalSetup,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          testTimeout: 60_000,
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          globalSetup,
        },
      },
    ],
  },
});
