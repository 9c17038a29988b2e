import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Package = z.looseObject({ version: z.string() });

/** The folder of the package: two above `dist/cli` and `src/cli`. */
export const PACKAGE_FOLDER = join(import.meta.dirname, "../..");

/** troupe's own version. */
export function readVersion(): string {
  return Package.parse(JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8"))).version;
}
