import type { Group } from "../../command.ts";
import { agentList } from "./list.ts";
import { agentLogs } from "./logs.ts";
import { agentRun } from "./run.ts";
import { agentShow } from "./show.ts";
import { agentSpawn } from "./spawn.ts";
import { agentKill, agentStop } from "./stop.ts";

export const agentGroup: Group = {
  name: "agent",
  summary: "The members of a team and their processes.",
  commands: [agentList, agentShow, agentSpawn, agentStop, agentKill, agentLogs, agentRun],
};
