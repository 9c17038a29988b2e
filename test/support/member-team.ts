import { dirname } from "node:path";
import { onTestFinished } from "vitest";
import type { MemberDefinition } from "../../src/protocol/entries.ts";
import { InstanceId, MemberName, Role, TeamName } from "../../src/protocol/names.ts";
import { liveAsMember } from "../../src/runtime/member.ts";
import type { TeamDoor } from "../../src/runtime/member-job.ts";
import { parseScript } from "../../src/scripted/read-script.ts";
import { type ScriptedModel, startScriptedModel } from "../../src/scripted/server.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryStore,
} from "../../src/store/memory/open-memory-store.ts";
import { joinMember } from "../../src/team/members.ts";
import { openTeam } from "../../src/team/open-team.ts";
import type { Team } from "../../src/team/team.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";
import { until } from "./until.ts";

/** One process of a member, inside the test's own process. */
export interface MemberRun {
  readonly instance: InstanceId;
  /** As SIGTERM, or with a reason as `bin/troupe.js` gives it. */
  readonly stop: (reason?: unknown) => void;
  /** Its exit code; rejects with what it threw. */
  readonly ended: Promise<number>;
}

/** A team whose members talk to a scripted model over HTTP. */
export interface MemberTeam {
  /** The test's own view of the team. */
  readonly team: Team;
  readonly disk: MemoryDisk;
  readonly model: ScriptedModel;
  /** The working folder of everybody. */
  readonly dir: string;
  readonly join: (name: string, fields?: JoinFields) => Promise<void>;
  /** Announces a process and runs it; it is stopped when the test ends. */
  readonly start: (name: string) => Promise<MemberRun>;
  /** Announces a process without running it. */
  readonly announce: (name: string) => Promise<InstanceId>;
  /** Requests for an answer, of one member or of all. */
  readonly asked: (name?: string) => number;
}

export interface JoinFields {
  readonly role?: string;
  readonly definition?: MemberDefinition;
}

const name = TeamName.parse("demo");
let teams = 0;

/** `script`: the YAML below `agents:`. */
export async function memberTeam(script: string, { goal }: { goal?: string } = {}): Promise<MemberTeam> {
  const dir = tempFolder();
  const tag = `t${++teams}`;
  const host = { ...testHost(`${tag}user-`), now: wallClock };
  const model = await startScriptedModel({ script: parseScript(`agents:\n${script}`, "script.yaml"), host });
  onTestFinished(model.close);
  const disk = createMemoryDisk({
    op: "team",
    v: 1,
    id: `${tag}first-.1` as never,
    at: new Date().toISOString(),
    by: "user",
    team: name,
    instance: InstanceId.parse(`${tag}team-instance`),
    dir,
    settings: {},
    ...(goal === undefined ? {} : { goal }),
  });
  const team = await openTeam(openMemoryStore(disk), host, InstanceId.parse(`${tag}user-view`));
  onTestFinished(team.close);
  let lives = 0;

  const announce = async (who: string): Promise<InstanceId> => {
    const instance = InstanceId.parse(`${tag}${who}-life-${++lives}`);
    const member = MemberName.parse(who);
    const outcome = await team.commit({ op: "start", by: "system", member, instance });
    if (!outcome.ok) throw new Error(`${who} was not announced: ${outcome.reason.kind}`);
    return instance;
  };
  const start = async (who: string): Promise<MemberRun> => {
    const instance = await announce(who);
    const control = new AbortController();
    const env = {
      ANTHROPIC_AUTH_TOKEN: "scripted",
      ANTHROPIC_BASE_URL: `${model.url}/a/${who}`,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    };
    const door: TeamDoor = {
      host: { ...testHost(`${instance}-`, env), now: wallClock },
      open: (_, own) => openTeam(openMemoryStore(disk), door.host, own),
    };
    const ended = liveAsMember(door, name, MemberName.parse(who), instance, control.signal);
    ended.catch(() => undefined);
    const run: MemberRun = { instance, ended, stop: (reason) => control.abort(reason) };
    onTestFinished(async () => {
      run.stop();
      await run.ended.catch(() => undefined);
    });
    await Promise.race([
      ended,
      until(() => disk.files.has(`run/${who}`) || readyIn(team, who), { what: who }),
    ]);
    return run;
  };
  return {
    team,
    disk,
    model,
    dir,
    announce,
    start,
    join: async (who, { role, definition = {} } = {}) => {
      const joined = await joinMember(team, "user", {
        name: MemberName.parse(who),
        lead: who === "lead",
        backend: "child",
        definition,
        ...(role === undefined ? {} : { role: Role.parse(role) }),
      });
      if (!joined.ok) throw new Error(`${who} did not join: ${joined.reason.kind}`);
    },
    asked: (who) =>
      model
        .requests()
        .filter(({ path, agent }) => path === "/v1/messages" && (who === undefined || agent === who)).length,
  };
}

function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

async function readyIn(team: Team, who: string): Promise<boolean> {
  const run = await team.store.presence.read(MemberName.parse(who));
  return run !== undefined;
}
