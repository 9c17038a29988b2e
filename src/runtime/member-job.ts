import type { Redactor } from "../base/redact.ts";
import type { InstanceId } from "../protocol/names.ts";
import type { Member, TeamFacts } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Audit } from "./audit.ts";
import type { EventLog } from "./event-log.ts";
import { hasTool, type Permissions } from "./gate.ts";
import type { MemberBudget } from "./member-budget.ts";
import type { ModelSource } from "./model-source.ts";
import type { SendLimits } from "./send-limits.ts";
import type { StormNews } from "./storm-news.ts";
import type { Workspace } from "./workspace.ts";

/** As much of a workspace as a member needs. */
export type TeamDoor = Pick<Workspace, "host" | "open">;

/** One life, as it was started. */
export interface MemberJob {
  readonly door: TeamDoor;
  readonly team: Team;
  readonly facts: TeamFacts;
  readonly member: Member;
  readonly instance: InstanceId;
  readonly source: ModelSource;
  /** What it may send, by what it has sent, heard and done. */
  readonly limits: SendLimits;
  /** Tells who should know when somebody writes too much. */
  readonly storms: StormNews;
  /** Where every decision about a tool call is written down, before the call runs. */
  readonly audit: Audit;
  /** What happens in it, for screens, costs and budgets. */
  readonly events: EventLog;
  /** What stands in front of each of its model calls. */
  readonly budget: MemberBudget;
  /** Knows the secrets of this process: whatever goes to a file or to the model passes it. */
  readonly redactor: Redactor;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Trouble that did not matter enough to stop. */
  readonly onTrouble: (error: unknown) => void;
}

/** What the member's definition gives it. */
export function permissionsOf({ facts, member }: Pick<MemberJob, "facts" | "member">): Permissions {
  const { definition, lead } = member;
  return { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
}

/** Which tools it has at all. */
export function toolFilter(permissions: Permissions): (tool: { readonly name: string }) => boolean {
  return ({ name }) => hasTool(permissions, name);
}
