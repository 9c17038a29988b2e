import type { Turn, UserInput } from "../agent/loop-deps.ts";
import type { Tool } from "../agent/tool.ts";
import { type ConnectorJudge, connectorJudge } from "./connector-judge.ts";
import { findConnectors } from "./find-connectors.ts";
import { type MemberJob, permissionsOf } from "./member-job.ts";
import type { SettingsInForce } from "./settings.ts";
import { placeOf } from "./settings-file.ts";

/** The connectors of one agent process. */
export interface Connectors {
  /** What the model has of them now. */
  readonly tools: () => readonly Tool[];
  /** What the model was not told yet; at first waits a moment for servers that come up. Never rejects. */
  readonly news: () => Promise<readonly UserInput[]>;
  /** For the gate. */
  readonly judge: ConnectorJudge;
  /** Ends every server, and answers when no process of theirs is left. */
  readonly close: () => Promise<void>;
}

/** Reads what is configured and begins to connect; `turns` is the conversation so far. A server that cannot be started is no reason for anything to wait or fail. */
export async function openConnectors(
  job: MemberJob,
  turns: readonly Turn[],
  settings: SettingsInForce,
): Promise<Connectors> {
  const { team, facts, member, onTrouble } = job;
  const { definition } = member;
  const { dir } = permissionsOf(job);
  const found = await findConnectors(team.host, { dir, team: facts, definition, settings });
  for (const problem of found.problems) onTrouble(new Error(`${placeOf(problem)}: ${problem.what}`));
  const wanted = found.connectors.filter(({ name, off }) => {
    if (off !== undefined) onTrouble(new Error(`connector ${name} is not started: ${off}`));
    return off === undefined;
  });
  if (wanted.length === 0) return NONE;
  const { startConnectors } = await import("./start-connectors.ts");
  return startConnectors(job, { wanted, settings: found.settings }, turns);
}

const NONE: Connectors = {
  tools: () => [],
  news: () => Promise.resolve([]),
  judge: connectorJudge(undefined, undefined),
  close: () => Promise.resolve(),
};
