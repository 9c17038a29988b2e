import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";
import { afterAll } from "vitest";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const PLACE = "dist/bundle";
let bundles: Promise<string> | undefined;

afterAll(async () => {
  if (bundles) rmSync(await bundles, { recursive: true, force: true });
});

/**
 * The path of a worker of `test/fixtures/` with the modules of `dist` that it uses in a few files, as the command itself
 * is delivered: opening a hundred small ones is most of what a process costs that is killed in its first tenth of a second.
 */
export async function bundled(worker: string): Promise<string> {
  bundles ??= bundleAll();
  return join(await bundles, PLACE, worker);
}

async function bundleAll(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "troupe-workers-"));
  // Where the bundle of the command lies, seen from the package: the program reads its own version there.
  copyFileSync(join(FIXTURES, "../../package.json"), join(folder, "package.json"));
  const names = ["worker.mjs", "worker-nth.mjs", "worker-sleeper.mjs"];
  const build = await rolldown({
    input: Object.fromEntries(names.map((name) => [basename(name, ".mjs"), join(FIXTURES, name)])),
    platform: "node",
    logLevel: "silent",
  });
  await build.write({
    dir: join(folder, PLACE),
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
  });
  await build.close();
  return folder;
}
