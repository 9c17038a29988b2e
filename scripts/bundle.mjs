// What bin/troupe.js runs: the modules of src/ and the packages they use, in a few CommonJS files, because loading a
// hundred small ones costs more than most commands do (docs/decisions/0015). The rest of dist/ is for importers.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const OUT = "dist/bundle";
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

const build = await rolldown({
  input: { host: "src/base/host.ts", main: "src/cli/main.ts" },
  platform: "node",
  // Patches node:fs when it is loaded, and is needed on network file systems only.
  external: ["proper-lockfile"],
});
const { output } = await build.write({
  dir: OUT,
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].cjs",
  codeSplitting: {
    groups: [
      { name: "base", test: /\/src\/base\// },
      { name: "core", test: /\/src\/(protocol|store|team)\/|\/node_modules\/(zod|nanoid)\// },
      { name: "sdk", test: /\/node_modules\/@anthropic-ai\// },
      { name: "agent", test: /\/src\/(agent|spawn)\// },
    ],
  },
});
await build.close();

for (const name of readdirSync("src/runtime").filter((one) => one.endsWith(".txt")))
  copyFileSync(join("src/runtime", name), join(OUT, name));

const packages = new Set(
  output.flatMap(({ moduleIds = [] }) => moduleIds.flatMap((id) => id.match(PACKAGE) ?? [])),
);
const licences = [...packages].map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text =
    file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text}`;
});
writeFileSync(join(OUT, "THIRD-PARTY.txt"), licences.join(`\n${"-".repeat(80)}\n`));
