import { createRedactor, secretsIn } from "../base/redact.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { openAudit } from "./audit.ts";
import { type EventLog, openEventLog } from "./event-log.ts";
import { openMemberBudget } from "./member-budget.ts";
import type { MemberJob } from "./member-job.ts";
import { troubleLog } from "./member-trouble.ts";
import { openSendLimits } from "./send-limits.ts";
import { openStormNews } from "./storm-news.ts";

/** Where a member's process writes what is not its work, and what keeps secrets out of all of it. */
export async function openSinks(
  team: Team,
  me: MemberName,
  clock: () => number,
): Promise<Pick<MemberJob, "audit" | "events" | "budget" | "onTrouble" | "redactor" | "limits" | "storms">> {
  const redactor = createRedactor(secretsIn(team.host.env));
  const onTrouble = troubleLog(me, clock, redactor);
  const audit = await openAudit(team, me, { onTrouble, hide: redactor.hide });
  const storms = openStormNews(team, me, onTrouble);
  const limits = openSendLimits(team, me, storms.refused);
  const budget = await openMemberBudget(team, me, onTrouble);
  const log = openEventLog(team, me, onTrouble, redactor);
  const events: EventLog = {
    ...log,
    emit: (event, task, sub) =>
      log.emit(event, task, sub, event.type === "usage" ? budget.add(event) : undefined),
  };
  return { audit, events, budget, onTrouble, redactor, storms, limits };
}
