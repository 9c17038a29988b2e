import { TroupeError } from "../../base/errors.ts";
import type { TeamName } from "../../protocol/names.ts";
import { supervisorOf } from "../../runtime/liveness.ts";
import { openLogReader } from "../../runtime/log-reader.ts";
import { roster } from "../../runtime/roster.ts";
import type { Workspace } from "../../runtime/workspace.ts";
import { readMailbox } from "../../team/mail.ts";
import type { Team } from "../../team/team.ts";
import { counted } from "../amounts.ts";
import { taskViews } from "../task-view.ts";
import type { Checked, Finding } from "./finding.ts";

/** One team: its logs, its agents, its tasks. A team that cannot be opened is itself a finding. */
export async function checkTeam(workspace: Workspace, name: TeamName): Promise<Checked> {
  let team: Team;
  try {
    team = await workspace.open(name);
  } catch (error) {
    if (error instanceof TroupeError)
      return { facts: [`${name}: cannot be opened`], findings: [damaged(name, error)] };
    throw error;
  }
  try {
    return await checkOpen(team);
  } catch (error) {
    if (error instanceof TroupeError)
      return { facts: [`${name}: cannot be read`], findings: [damaged(name, error)] };
    throw error;
  } finally {
    await team.close();
  }
}

async function checkOpen(team: Team): Promise<Checked> {
  // To the end of every log: what is torn shows only there.
  await openLogReader(team.store.journal).readOn();
  const { members, tasks } = await team.readOn();
  for (const owner of ["user" as const, ...[...members.values()].map(({ name }) => name)])
    await readMailbox(team, owner);
  const fact = `${team.name}: ${counted(members.size, "member")}, ${counted(tasks.size, "task")}`;
  const findings = [...tornLines(team), ...(await deadOnes(team)), ...(await stuckTasks(team))];
  return { facts: [fact], findings };
}

function damaged(name: TeamName, { code, message, hint }: TroupeError): Finding {
  const isNewer = code === "newer_format";
  return {
    id: isNewer ? "DR022" : "DR021",
    area: "team",
    what: `${name}: ${message}`,
    why: isNewer ? "a newer troupe wrote it" : "everyone who reads it stops, and nothing is written",
    do:
      hint ??
      (isNewer ? "update troupe" : "put the file back from a backup; troupe never makes it again by itself"),
  };
}

function tornLines(team: Team): readonly Finding[] {
  const torn = team.store.torn();
  const [first] = torn;
  if (!first) return [];
  return [
    {
      id: "DR020",
      area: "team",
      what: `${team.name}: ${counted(torn.length, "torn line")}, the first of ${first.bytes} bytes at byte ${first.offset} of ${first.path} (${first.why})`,
      why: "a writer died in the middle, or the disk was full; the line is skipped, all other entries count",
      do: "nothing",
    },
  ];
}

async function deadOnes(team: Team): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const signs = await supervisorOf(team);
  if (signs?.verdict === "dead")
    findings.push({
      id: "DR025",
      area: "team",
      what: `${team.name}: its supervisor (pid ${signs.lease.pid}, since ${signs.lease.at}) is dead`,
      why: "nobody starts again what dies",
      do: `troupe resume ${team.name}, or troupe down ${team.name}`,
    });
  const members = await roster(team);
  const died = members.filter(({ state }) => state === "died");
  if (died.length > 0)
    findings.push({
      id: "DR024",
      area: "team",
      what: `${team.name}: ${died.map(({ name, detail }) => `${name} died${detail === null ? "" : ` (${detail})`}`).join(", ")}`,
      why: "its process is gone and was not asked to end",
      do: `troupe agent logs ${died[0]?.name ?? "NAME"}; then troupe resume ${team.name}`,
    });
  return findings;
}

async function stuckTasks(team: Team): Promise<readonly Finding[]> {
  const look = await taskViews(team);
  const views = [...team.state().tasks.values()].map(look);
  const numbers = (state: string): string =>
    views
      .filter((view) => view.state === state)
      .map(({ task }) => `#${task.id}`)
      .join(" ");
  const findings: Finding[] = [];
  if (numbers("orphaned") !== "")
    findings.push({
      id: "DR023",
      area: "team",
      what: `${team.name}: the owner of ${numbers("orphaned")} is dead`,
      why: "no member is there to free it",
      do: `troupe resume ${team.name}`,
    });
  if (numbers("held") !== "")
    findings.push({
      id: "DR026",
      area: "team",
      what: `${team.name}: ${numbers("held")} is held: three owners died over it`,
      why: "it may be what kills them",
      do: "troupe task show ID; then troupe task reopen ID",
    });
  return findings;
}
