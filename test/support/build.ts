import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Integration and e2e start processes from `dist`: built once a project, before the first test. */
export function setup(): void {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: "inherit",
  });
}
