import { TroupeError } from "../../src/base/errors.ts";
import { InstanceId } from "../../src/protocol/names.ts";
import { repairTeam } from "../../src/runtime/repair.ts";
import { takeLease } from "../../src/runtime/supervisor-lease.ts";
import type { Team } from "../../src/team/team.ts";
import type { PowerCase } from "./power-case.ts";
import type { SimDisk } from "./sim-disk.ts";

/** As a supervisor begins: the lease, then repair. Answers what repair says. */
export async function begin(one: PowerCase, team: Team, disk: SimDisk): Promise<readonly string[]> {
  await lead(team);
  return repairTeam(one.configDir, team, disk.fs());
}

/**
 * An old lease whose newline alone is missing becomes whole by the next append, ours: then the
 * first try is refused, and the second finds its holder dead.
 */
async function lead(team: Team): Promise<void> {
  const instance = InstanceId.parse("afterone");
  try {
    await takeLease(team, instance);
  } catch (error) {
    if (!(error instanceof TroupeError) || error.code !== "already_running") throw error;
    await takeLease(team, instance);
  }
}
