import { dirname } from "node:path";
import type { Turn } from "../agent/loop-deps.ts";
import { configFolder } from "./config-folder.ts";
import { connectorNews } from "./connector-news.ts";
import { openServers } from "./connector-servers.ts";
import { connectorToolbox } from "./connector-toolbox.ts";
import type { Connectors } from "./connectors.ts";
import type { FoundConnector } from "./find-connectors.ts";
import { type MemberJob, permissionsOf } from "./member-job.ts";
import type { SettingsInForce } from "./settings.ts";
import { agentOutput } from "./supervisor-output.ts";

/** Begins to connect to all of them, and answers at once. */
export function startConnectors(
  job: MemberJob,
  { wanted, settings }: { readonly wanted: readonly FoundConnector[]; readonly settings: SettingsInForce },
  turns: readonly Turn[],
): Connectors {
  const { team, member } = job;
  const permissions = permissionsOf(job);
  // Its folder is made here: servers write down what goes wrong before the first turn does.
  const folder = dirname(agentOutput(configFolder(team.host), team.name, member.name));
  const servers = openServers(job, wanted, { dir: permissions.dir, folder, settings });
  const keep = { folder, hide: job.redactor.hide };
  const { toolbox, judge } = connectorToolbox(servers.all, turns, permissions, keep);
  const news = connectorNews();
  return {
    tools: toolbox.tools,
    news: async () => {
      await servers.tried;
      // What fits is loaded first: the rest is what has to be told.
      toolbox.tools();
      const state = { listed: toolbox.known(), instructions: servers.instructions() };
      return news.next(state, team.host.newId());
    },
    judge,
    close: servers.close,
  };
}
