// A long run with parameters, on a fresh build: node scripts/long.mjs kill --kills 10000 --procs 16
// Each file of test/long/ names its options and their defaults; an unknown one is refused there.
import { spawnSync } from "node:child_process";

const [run, ...rest] = process.argv.slice(2);
const options = {};
for (let at = 0; at < rest.length; at++) {
  const name = /^--([a-z][a-z-]*)$/.exec(rest[at])?.[1];
  if (name === undefined) throw new Error(`expected --option, found ${rest[at]}`);
  const isValue = at + 1 < rest.length && !rest[at + 1].startsWith("--");
  options[name] = isValue ? rest[++at] : "true";
}
const { status } = spawnSync(
  "npx",
  ["--no-install", "vitest", "run", "--config", "test/long.config.ts", `long/${run}.test.ts`],
  { stdio: "inherit", env: { ...process.env, TROUPE_LONG: JSON.stringify(options) } },
);
process.exitCode = status ?? 1;
