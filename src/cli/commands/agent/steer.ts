import { z } from "zod";
import type { EntryOf } from "../../../protocol/entries.ts";
import { MemberName } from "../../../protocol/names.ts";
import { PermissionMode } from "../../../protocol/permissions.ts";
import { type Context, defineCommand } from "../../command.ts";
import { nameArgument } from "../../parse-input.ts";
import { styled } from "../../piece.ts";
import { refused, withTeam } from "../../team-session.ts";

type What = EntryOf<"control">["what"];

/** What the order means from now on, behind the state that the member is in. */
const WORDS: Readonly<Record<What, (value: string | undefined) => string>> = {
  interrupt: () => "",
  pause: () => "",
  resume: () => "",
  compact: () => "; a summary replaces its conversation before its next model call",
  mode: (mode = "") => `; its mode is ${mode} from its next call on`,
  model: (model = "") => `; its model is ${model} from its next turn on`,
};

const input = z.object({ name: nameArgument(MemberName) });
const member = [["<name>", "the member"]] as const;

export const agentInterrupt = defineCommand({
  name: "interrupt",
  summary: "End the turn of an agent now; it stays, keeps its task and waits for your word.",
  examples: [
    { line: "troupe agent interrupt builder", note: "then: troupe send builder …", exit: 0 },
    { line: "troupe agent interrupt bulider", note: "exit 3: nobody has that name", exit: 3 },
  ],
  arguments: member,
  input,
  notForAgents: true,
  run: ({ name }, context, signal) => steer(context, name, { what: "interrupt" }, signal),
});

export const agentPause = defineCommand({
  name: "pause",
  summary: "Let an agent rest at its next tool boundary; nothing of it is lost.",
  examples: [
    { line: "troupe agent pause builder", note: "over restarts, until: troupe agent resume", exit: 0 },
  ],
  arguments: member,
  input,
  notForAgents: true,
  run: ({ name }, context, signal) => steer(context, name, { what: "pause" }, signal),
});

export const agentResume = defineCommand({
  name: "resume",
  summary: "Let a paused agent go on where it was.",
  examples: [
    {
      line: "troupe agent resume builder",
      note: "one that has no process: troupe resume --only builder",
      exit: 0,
    },
  ],
  arguments: member,
  input,
  notForAgents: true,
  run: ({ name }, context, signal) => steer(context, name, { what: "resume" }, signal),
});

export const agentMode = defineCommand({
  name: "mode",
  summary: "Change what an agent may do without a question, at once.",
  examples: [
    { line: "troupe agent mode builder acceptEdits", note: "edits in its folder run unasked", exit: 0 },
    { line: "troupe agent mode builder plan", note: "it reads only", exit: 0 },
  ],
  arguments: [...member, ["<mode>", "default, acceptEdits, plan, dontAsk, bypassPermissions"]],
  input: input.extend({ mode: PermissionMode }),
  notForAgents: true,
  run: ({ name, mode }, context, signal) => steer(context, name, { what: "mode", value: mode }, signal),
});

export const agentCompact = defineCommand({
  name: "compact",
  summary: "Replace an agent's conversation by a summary of its own, before its next model call.",
  examples: [{ line: "troupe agent compact builder", note: "it does so by itself when it is full", exit: 0 }],
  arguments: member,
  input,
  notForAgents: true,
  run: ({ name }, context, signal) => steer(context, name, { what: "compact" }, signal),
});

export const agentModel = defineCommand({
  name: "model",
  summary: "Give an agent another model, from its next turn on.",
  examples: [{ line: "troupe agent model builder opus", note: "an alias or an id", exit: 0 }],
  arguments: [...member, ["<model>", "its name"]],
  input: input.extend({ model: z.string().trim().min(1, "it is empty").max(200, "at most 200 characters") }),
  notForAgents: true,
  run: ({ name, model }, context, signal) => steer(context, name, { what: "model", value: model }, signal),
});

function steer(
  context: Context,
  name: MemberName,
  order: { readonly what: What; readonly value?: string },
  signal: AbortSignal,
): Promise<number> {
  return withTeam(context, undefined, async ({ team, me }) => {
    const { steerMember } = await import("../../../team/members.ts");
    const { partyNamed } = await import("../../party-named.ts");
    const { untilSteered } = await import("../../../runtime/steered.ts");
    const target = MemberName.parse(partyNamed(await team.readOn(), name));
    const outcome = await steerMember(team, me, target, order);
    if (!outcome.ok) throw await refused(outcome.reason, team.state());
    const line = await untilSteered(team, target, order.what, signal);
    const { flags, screen } = context;
    const { AgentOutput } = await import("../../output.ts");
    if (flags.json) screen.json("AgentOutput", AgentOutput.parse(line));
    else
      screen.line(styled("bold", target), ` is ${line.state}`, styled("dim", WORDS[order.what](order.value)));
    if (line.state === "stopped" || line.state === "died")
      screen.say(styled("dim", `it has no process; next: troupe resume --only ${target}`));
    return 0;
  });
}
