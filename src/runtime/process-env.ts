import type { Host } from "../base/host.ts";
import { variablesOf } from "../mcp/server-config.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { type ChildNames, childEnv } from "./child-env.ts";
import { findConnectors } from "./find-connectors.ts";

/** The environment of a process of the team, with what the connectors of these members need. */
export async function processEnv(
  env: Host["env"],
  names: ChildNames,
  team: Pick<Team, "host" | "state">,
  members: Iterable<Member>,
): Promise<Record<string, string>> {
  return childEnv(env, { ...names, variables: await connectorVariables(team, members) });
}

/**
 * The variables that the connectors of these members name, as far as they may be started: their processes get them from
 * the one that starts them. Of nobody's configuration more than its names is read.
 */
async function connectorVariables(
  { host, state }: Pick<Team, "host" | "state">,
  members: Iterable<Member>,
): Promise<ReadonlySet<string>> {
  const { team } = state();
  const names = new Set<string>();
  if (team === undefined) return names;
  for (const { definition } of members) {
    const { connectors } = await findConnectors(host, { dir: definition.dir ?? team.dir, team, definition });
    for (const { entry, off } of connectors)
      for (const name of off === undefined ? variablesOf(entry) : []) names.add(name);
  }
  return names;
}
