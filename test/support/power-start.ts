import { join } from "node:path";
import { TroupeError } from "../../src/base/errors.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import type { Team } from "../../src/team/team.ts";
import { begin } from "./power-begin.ts";
import type { Found, PowerCase } from "./power-case.ts";
import { look, sameFold } from "./power-look.ts";
import type { Cut } from "./power-model.ts";
import { diskOf, openAfter } from "./power-open.ts";
import { wayOut } from "./power-way-out.ts";
import type { Written } from "./power-written.ts";
import type { SimDisk } from "./sim-disk.ts";

/** Starts the team on the disk that a cut left: opens it, repairs, reads, works, and starts once more. */
export async function startOn(one: PowerCase, written: Written, { image, key }: Cut): Promise<Found> {
  const disk = diskOf(one.root, image);
  const { journal, root } = teamPaths(one.configDir, one.team);
  const first = image.get(join(journal, "1.jsonl"));
  const stands =
    first !== null && first?.subarray(0, written.firstLine.length).equals(written.firstLine) === true;
  let team: Team;
  try {
    team = await openAfter(one, disk, "afterone");
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    if (stands)
      return { violations: [`the team stands and does not open: ${error.message}`], team: undefined };
    return { violations: await wayOut(one, disk, error, written), team: undefined };
  }
  if (!stands) return { violations: ["a team opens whose first entry is torn"], team: undefined };
  try {
    await begin(one, team, disk);
    const left = disk.paths(root).filter((path) => path.endsWith(".tmp"));
    const found = await look(one, written, team);
    await team.close();
    // On a quarter of the disks: the process table is looked through each time.
    const more = key < "4" ? await startAgain(one, disk) : [];
    const temps = left.length > 0 ? [`repair leaves ${left.join(", ")}`] : [];
    return { ...found, violations: [...found.violations, ...temps, ...more] };
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    return { violations: [`after the start: ${error.code}: ${error.message}`], team: undefined };
  }
}

/** Nothing is left to do for a second start. */
async function startAgain(one: PowerCase, disk: SimDisk): Promise<string[]> {
  const again = await openAfter(one, disk, "aftertwo");
  const lines = await begin(one, again, disk);
  const differs = await sameFold(again, "after a second start");
  await again.close();
  return lines.length > 0 ? [`a second repair finds: ${lines.join("; ")}`, ...differs] : differs;
}
