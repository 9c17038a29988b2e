import { z } from "zod";
import { Actor } from "../../protocol/names.ts";
import { given } from "../../runtime/given.ts";
import { KINDS } from "../../runtime/timeline-items.ts";
import { defineCommand } from "../command.ts";
import { Duration } from "../durations.ts";
import { interruptedExit } from "../ending.ts";
import { nameArgument } from "../parse-input.ts";
import { withTeam } from "../team-session.ts";

export const timelineCommand = defineCommand({
  name: "timeline",
  summary: "Show what happened, in order: tasks, messages, members, and with --tools what they ran.",
  examples: [
    { line: "troupe timeline", note: "from the beginning", exit: 0 },
    { line: "troupe timeline --since 1h --kind task", note: "tasks, the last hour", exit: 0 },
    { line: "troupe timeline --agent builder --json", note: "what builder did and was told", exit: 0 },
  ],
  options: [
    ["--follow", "go on showing what happens, until Ctrl-C"],
    ["--since <time>", "only the last 30s, 5m, 2h"],
    ["--agent <name>", "only what this one did or was told"],
    ["--kind <kind>", `only ${KINDS.join(", ")}`],
    ["--tools", "what the agents' tools do, too"],
  ],
  input: z.object({
    follow: z.boolean().default(false),
    since: Duration.optional(),
    agent: nameArgument(Actor).optional(),
    kind: z.enum(KINDS, `one of ${KINDS.join(", ")}`).optional(),
    tools: z.boolean().default(false),
  }),
  run: ({ follow, since, ...rest }, context, signal) =>
    withTeam(context, undefined, async ({ team }) => {
      const { timeline } = await import("../../runtime/timeline.ts");
      const { liveLog, showLiveLog, whoIn } = await import("../live-log.ts");
      const { partyNamed } = await import("../party-named.ts");
      // The system is no member, and acts all the same.
      if (rest.agent !== undefined && rest.agent !== "system") partyNamed(await team.readOn(), rest.agent);
      const from = since === undefined ? undefined : new Date(context.host.now() - since).toISOString();
      const filter = given({ ...rest, since: from });
      const { flags, screen } = context;
      if (follow) {
        await team.readOn();
        await showLiveLog(context, team, filter, signal);
        return interruptedExit(signal);
      }
      const items = await timeline(team, filter);
      if (flags.json)
        screen.json(
          "TimelineList",
          items.map((item) => ({ ...item })),
        );
      else if (items.length === 0) screen.say("nothing happened");
      else {
        const [first, last] = [items[0], items.at(-1)].map((item) => Date.parse(item?.at ?? ""));
        const log = liveLog(new Set(items.map(whoIn)), (last ?? 0) - (first ?? 0));
        for (const item of items) screen.line(...log.line(item));
      }
      return 0;
    }),
});
