import { onTestFinished } from "vitest";
import type { AuditEntry } from "../../src/protocol/audit.ts";
import { InstanceId, MemberName, TeamName } from "../../src/protocol/names.ts";
import { type ChainOwner, genesisOf, sealed } from "../../src/runtime/audit-chain.ts";
import { openWorkspace } from "../../src/runtime/workspace.ts";
import { encodeLine, toJson } from "../../src/store/line-codec.ts";
import type { Team } from "../../src/team/team.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

export const ada = MemberName.parse("ada");
export const owner: ChainOwner = { team: InstanceId.parse("team-instance"), member: ada };
const COUNT = 6;

/** A chain that its writer left in peace. */
function written(): readonly AuditEntry[] {
  const made: AuditEntry[] = [];
  for (let seq = 1; seq <= COUNT; seq++) {
    const place = { v: 1, id: `adas-life.${seq}`, seq, t: "2026-11-20T12:00:00.000Z", agent: ada };
    const what = { kind: "tool", tool: `Tool${seq}`, argsHash: null, decision: "allow", rule: "é 🦉" };
    const prev = made.at(-1)?.hash ?? genesisOf(owner);
    made.push(sealed({ ...place, instance: "adas-life", ...what, actor: "gate", prev }));
  }
  return made;
}

export const entries = written();
export const frames = entries.map((entry) => encodeLine(toJson(entry)));
export const whole = Buffer.concat(frames);

/** What a forger who can write checksums puts in, and pieces of the log itself. */
export const PIECES: readonly Buffer[] = [
  ...frames,
  encodeLine(toJson({ ...entries[2], tool: "Harmless" })),
  encodeLine(toJson({ ...entries[5], kind: "recovered", torn: 2 })),
  encodeLine("{}"),
  ...frames.map((frame) => frame.subarray(0, 40)),
];

/** A team of hers alone. */
export async function auditedTeam(): Promise<Team> {
  const workspace = openWorkspace(testHost("heads-", { CLAUDE_CONFIG_DIR: tempFolder() }));
  const members = [{ name: ada, lead: true, backend: "child" as const, definition: {} }];
  const facts = { name: TeamName.parse("demo"), dir: "/srv", settings: {}, tasks: [], members };
  const team = await workspace.create(facts);
  onTestFinished(team.close);
  return team;
}
