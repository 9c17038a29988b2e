import { join } from "node:path";
import { loadParts, type Parts } from "../fixtures/fault-operations.mjs";

const SOURCE = join(import.meta.dirname, "../../src");

/** What the operations of the fault table are done with in this process; `fault-process.mjs` takes the same from the build. */
export const sourceParts: Parts = await loadParts(
  (module) => import(/* @vite-ignore */ join(SOURCE, `${module}.ts`)) as Promise<Record<string, unknown>>,
);
