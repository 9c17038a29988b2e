// A registry mirror without the packages of other platforms makes npm write a lockfile without them, and then `npm ci`
// stops with "Missing: … from lock file". Gives each such optional dependency the entry it lacks; run it after a change
// of dependencies. The versions stand in the packages that name them, exactly.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values({ ...lock.packages }))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {}))
    lock.packages[`node_modules/${name}`] ??= {
      version,
      optional: true,
      ...(entry.dev ? { dev: true } : {}),
    };
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([one], [other]) => (one < other ? -1 : 1)),
);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
