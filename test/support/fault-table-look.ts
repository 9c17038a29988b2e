import { nodeFiles } from "../../src/base/node-files.ts";
import type { Entry } from "../../src/protocol/entries.ts";
import { InstanceId } from "../../src/protocol/names.ts";
import { teamPaths } from "../../src/protocol/paths.ts";
import { openFileStore } from "../../src/store/files/open-file-store.ts";
import { listTeamFolders } from "../../src/store/files/team-folders.ts";
import { openFold } from "../../src/team/fold.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { sameHost } from "../fixtures/fault-answers.mjs";
import { operationNamed, type View } from "../fixtures/fault-operations.mjs";
import { sourceParts } from "./fault-table-parts.ts";

export interface Looked {
  readonly stands: readonly string[];
  /** False for an operation that leaves nothing to look at. */
  readonly isShown: boolean;
}

/** What somebody sees who comes now. */
export async function looked(operation: string, configDir: string): Promise<Looked> {
  const { stands } = operationNamed(operation);
  if (!stands) return { stands: [], isShown: false };
  const fs = nodeFiles();
  const open: Team[] = [];
  try {
    for (const name of await listTeamFolders(fs, configDir)) {
      const store = await openFileStore(fs, teamPaths(configDir, name), {
        durability: "default",
        network: false,
      });
      open.push(await openTeam(store, sameHost(), InstanceId.parse("looker")));
    }
    const team = open.find(({ name }) => name === "faulty");
    const teams = open.map((each) => ({ name: each.name, state: each.state() }));
    const view: View = { parts: sourceParts, team, teams, accepted: team ? await acceptedIn(team) : [] };
    return { stands: await stands(view), isShown: true };
  } finally {
    for (const team of open) await team.close();
  }
}

async function acceptedIn({ store: { journal } }: Team): Promise<readonly Entry[]> {
  const fold = openFold();
  const accepted: Entry[] = [];
  for (let at = await journal.start(), atEnd = false; !atEnd; ) {
    const result = await journal.read(at);
    for (const { entry } of result.entries) if (fold.add(entry)?.ok) accepted.push(entry);
    ({ next: at, atEnd } = result);
  }
  return accepted;
}
