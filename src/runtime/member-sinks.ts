import { createRedactor, secretsIn } from "../base/redact.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { openAudit } from "./audit.ts";
import type { MemberJob } from "./member-job.ts";
import { troubleLog } from "./member-trouble.ts";
import { openSendLimits } from "./send-limits.ts";
import { openStormNews } from "./storm-news.ts";

/** Where a member's process writes what is not its work, and what keeps secrets out of all of it. */
export async function openSinks(
  team: Team,
  me: MemberName,
  clock: () => number,
): Promise<Pick<MemberJob, "audit" | "onTrouble" | "redactor" | "limits" | "storms">> {
  const redactor = createRedactor(secretsIn(team.host.env));
  const onTrouble = troubleLog(me, clock, redactor);
  const audit = await openAudit(team, me, { onTrouble, hide: redactor.hide });
  const storms = openStormNews(team, me, onTrouble);
  return { audit, onTrouble, redactor, storms, limits: openSendLimits(team, me, storms.refused) };
}
