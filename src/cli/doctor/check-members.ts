import { TroupeError } from "../../base/errors.ts";
import type { Host } from "../../base/host.ts";
import { nodeFiles } from "../../base/node-files.ts";
import type { TeamName } from "../../protocol/names.ts";
import type { ConnectorSeat } from "../../runtime/connector-view.ts";
import { readOnlyFiles } from "../../runtime/repair-read-only.ts";
import { openWorkspace } from "../../runtime/workspace.ts";
import { seatsOf } from "../connector-seats.ts";
import { checkConnectors } from "./check-connectors.ts";
import { checkHooks } from "./check-hooks.ts";
import { checkSettings } from "./check-settings.ts";
import type { CheckedArea } from "./show-checks.ts";

/** What the members of a team start besides commands: their connectors, their hooks. */
export async function checkMembers(
  host: Host,
  name: TeamName,
  signal: AbortSignal,
): Promise<readonly CheckedArea[]> {
  const seats = await teamSeats(host, name);
  return [
    ["connectors", await checkConnectors(host, name, seats, signal)],
    ["hooks", await checkHooks(host, name, seats)],
  ];
}

/** The settings that bind the members of these teams, and with `here` whoever starts in that folder. */
export async function checkFolders(
  host: Host,
  teams: readonly TeamName[],
  here: string | undefined,
): Promise<CheckedArea> {
  const dirs = here === undefined ? [] : [here];
  for (const name of teams) dirs.push(...(await teamSeats(host, name)).map(({ dir }) => dir));
  return ["settings", await checkSettings(host, dirs)];
}

/** The members, and where they work. [] for one that cannot be read: the look at the team says why. */
async function teamSeats(host: Host, name: TeamName): Promise<readonly ConnectorSeat[]> {
  try {
    const team = await openWorkspace(host, readOnlyFiles(nodeFiles())).open(name);
    try {
      await team.readOn();
      return seatsOf(team, undefined);
    } finally {
      await team.close();
    }
  } catch (error) {
    if (error instanceof TroupeError) return [];
    throw error;
  }
}
