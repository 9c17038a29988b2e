// oxlint-disable import/max-dependencies -- a whole world around a member
import { dirname } from "node:path";
import { onTestFinished } from "vitest";
import type { MemberDefinition, TeamSettings } from "../../src/protocol/entries.ts";
import { InstanceId, MemberName, Role, TeamName } from "../../src/protocol/names.ts";
import { liveAsMember } from "../../src/runtime/member.ts";
import { openWorkspace, type Workspace } from "../../src/runtime/workspace.ts";
import { parseScript } from "../../src/scripted/read-script.ts";
import { type ScriptedModel, startScriptedModel } from "../../src/scripted/server.ts";
import type { Team } from "../../src/team/team.ts";
import { PERMISSIVE, writePermissive } from "./permissive.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";
import { until } from "./until.ts";

/** A life inside the test's own process. */
export interface MemberRun {
  readonly instance: InstanceId;
  /** As SIGTERM, or with a reason as the command line gives it. */
  readonly stop: (reason?: unknown) => void;
  /** Its exit code; rejects with what it threw. */
  readonly ended: Promise<number>;
}

export interface MemberPlan {
  readonly role?: string;
  readonly definition?: MemberDefinition;
}

/** A team on the real disk whose members talk to a scripted model over HTTP. */
export interface MemberTeam {
  /** The test's own view of the team. */
  readonly team: Team;
  readonly workspace: Workspace;
  readonly model: ScriptedModel;
  /** The working folder of everybody. */
  readonly dir: string;
  /** The environment of a member's process. */
  readonly envOf: (name: string) => Record<string, string>;
  /** Announces a process without running it. */
  readonly announce: (name: string) => Promise<InstanceId>;
  /** Announces a process and runs it; it is stopped when the test ends. Answers when it is ready. */
  readonly start: (name: string) => Promise<MemberRun>;
  /** Requests for an answer, of one member or of all. */
  readonly asked: (name?: string) => number;
}

let teams = 0;

/** `script`: the YAML below `agents:`. The member named lead leads. */
export async function memberTeam(
  script: string,
  members: Readonly<Record<string, MemberPlan>>,
  goal?: string,
  settings: TeamSettings = {},
): Promise<MemberTeam> {
  const root = tempFolder();
  writePermissive(root);
  const dir = tempFolder();
  const tag = `t${++teams}`;
  const model = await startScriptedModel({
    script: parseScript(`agents:\n${script}`, "script.yaml"),
    host: testHost(`${tag}model-`),
  });
  onTestFinished(model.close);
  const workspaceOf = (seed: string, env: Record<string, string> = {}): Workspace =>
    openWorkspace({
      ...testHost(seed, { CLAUDE_CONFIG_DIR: root, ...env }),
      now: () => performance.timeOrigin + performance.now(),
    });
  const workspace = workspaceOf(`${tag}user-`);
  const team = await workspace.create({
    name: TeamName.parse("demo"),
    dir,
    settings,
    tasks: [],
    ...(goal === undefined ? {} : { goal }),
    members: Object.entries(members).map(([name, { role, definition = {} }]) => ({
      name: MemberName.parse(name),
      lead: name === "lead",
      backend: "child" as const,
      definition,
      ...(role === undefined ? {} : { role: Role.parse(role) }),
    })),
  });
  onTestFinished(team.close);
  let lives = 0;

  const announce = async (name: string): Promise<InstanceId> => {
    const instance = InstanceId.parse(`${tag}${name}-life-${++lives}`);
    const member = MemberName.parse(name);
    const outcome = await team.commit({ op: "start", by: "system", member, instance });
    if (!outcome.ok) throw new Error(`${name} was not announced: ${outcome.reason.kind}`);
    return instance;
  };
  const envOf = (name: string): Record<string, string> => ({
    ...PERMISSIVE,
    CLAUDE_CONFIG_DIR: root,
    ANTHROPIC_AUTH_TOKEN: "scripted",
    ANTHROPIC_BASE_URL: `${model.url}/a/${name}`,
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
  });
  return {
    team,
    workspace,
    model,
    dir,
    envOf,
    announce,
    start: async (name) => {
      const instance = await announce(name);
      const control = new AbortController();
      const own = workspaceOf(`${instance}-`, envOf(name));
      const who = MemberName.parse(name);
      const ended = liveAsMember(own, team.name, who, instance, control.signal);
      onTestFinished(async () => {
        control.abort();
        await ended.catch(() => undefined);
      });
      await Promise.race([
        ended,
        until(async () => (await team.store.presence.read(who))?.instance === instance),
      ]);
      return { instance, ended, stop: (reason) => control.abort(reason) };
    },
    asked: (name) =>
      model
        .requests()
        .filter(({ path, agent }) => path === "/v1/messages" && (name === undefined || agent === name))
        .length,
  };
}
