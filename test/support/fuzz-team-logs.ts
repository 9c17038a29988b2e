import type { EntryDraft } from "../../src/protocol/entries.ts";
import { InstanceId } from "../../src/protocol/names.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import { ada, instance } from "./team-entries.ts";
import { entryOf, opening } from "./team-scripts.ts";
import { testHost } from "./test-host.ts";

const LIFE = instance("life");

/** A team in memory whose lead ada lives and has written these entries, each with the next id of that life. */
export async function teamWithLogs(logs: Readonly<Record<string, readonly object[]>>): Promise<Team> {
  const { fs, paths, open } = teamOnMemory();
  const start: EntryDraft = { op: "start", by: ada, member: ada, instance: LIFE };
  const journal = [...opening(false), entryOf(start, 50)].map((entry) => encodeLine(toJson(entry)));
  fs.put(`${paths.journal}/1.jsonl`, Buffer.concat(journal));
  await fs.mkdir(paths.agent(ada));
  for (const [name, entries] of Object.entries(logs)) {
    const lines = entries.map((fields, index) =>
      encodeLine(toJson({ v: 1, ...fields, id: `${LIFE}.${index + 1}` })),
    );
    fs.put(`${paths.agent(ada)}/${name}.jsonl`, Buffer.concat(lines));
  }
  return openTeam(await open(), testHost("logs"), InstanceId.parse("the-reader"));
}
