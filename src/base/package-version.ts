import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "./is-record.ts";

/** The folder of the package: two above `dist/base` and `src/base`. */
export const PACKAGE_FOLDER = join(import.meta.dirname, "../..");

/** troupe's own version. Without zod: `--version` loads none. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8"));
  if (isRecord(manifest) && typeof manifest["version"] === "string") return manifest["version"];
  throw new Error("troupe's own package.json names no version");
}
