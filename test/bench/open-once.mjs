// One cold start: opens the team of a folder as every command and every agent does, and says how long that took.
//   node open-once.mjs ours|raw CONFIG_DIR
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openBenchTeam, prepareToOpen } from "./ours.mjs";

const [side, configDir] = process.argv.slice(2);
const journal = join(configDir, "teams", "bench", "journal");
const snapshot = join(journal, "snapshot.json");

/** The least that any reader of these files has to do: read and parse what is there, and keep nothing. */
function rawOpen() {
  if (existsSync(snapshot)) return JSON.parse(readFileSync(snapshot, "utf8"));
  for (const name of readdirSync(journal))
    for (const line of readFileSync(join(journal, name), "utf8").split("\n"))
      if (line !== "") JSON.parse(line);
  return undefined;
}

await prepareToOpen();
const began = performance.now();
const team = side === "raw" ? rawOpen() : await openBenchTeam(configDir);
const ms = performance.now() - began;
if (side === "ours") await team.close();
process.stdout.write(`${JSON.stringify({ ms, rssMb: process.memoryUsage.rss() / 2 ** 20 })}\n`);
