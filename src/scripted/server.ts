import type { Host } from "../base/host.ts";
import { deliver } from "./deliver.ts";
import { openEverybodysFault } from "./everybodys-fault.ts";
import { type ScriptedModel, startModelServer } from "./model-server.ts";
import { openProgress } from "./progress.ts";
import { SCRIPTED_LABEL, type Script } from "./script.ts";

export type { ScriptedModel };

export interface ScriptedModelOptions {
  readonly script: Script;
  /** 0 or absent: one that is free. */
  readonly port?: number;
  readonly host: Host;
  /** One line a call, for people. Must not throw. */
  readonly log?: (line: string) => void;
  /** So many of the last requests keep their body; all unless given. */
  readonly bodies?: number;
  /** local: it refuses what small servers of one's own refuse; see `ModelServerOptions`. */
  readonly dialect?: "local";
}

/** Serves the Anthropic Messages API on 127.0.0.1 with the answers of a script. No AI behind it. Throws `already_running` when the port is taken. */
export function startScriptedModel({
  script,
  port,
  host,
  log,
  bodies,
  dialect,
}: ScriptedModelOptions): Promise<ScriptedModel> {
  const progress = openProgress(script, host.newId);
  const everybodys = openEverybodysFault();
  return startModelServer({
    port,
    host,
    log,
    bodies,
    dialect,
    displayName: script.model === SCRIPTED_LABEL ? "Scripted model, no AI" : script.model,
    answer: async ({ agent = "*", request, note, signal }, response) => {
      const standing = everybodys.standing();
      if (standing !== undefined) return standing;
      const decision = progress.next(agent, request);
      if (!decision.ok)
        // Trying again would change nothing, and the SDK does so at 500 unless it is told.
        return {
          status: 500,
          message: `scripted model: ${decision.why}`,
          headers: { "x-should-retry": "false" },
        };
      const { answer } = decision;
      note(answer.line);
      everybodys.begin(answer.fault);
      log?.(`${agent} request ${answer.turn}: ${script.name}:${answer.line}`);
      const begun = everybodys.standing();
      if (begun !== undefined) return begun;
      await deliver(response, answer, request.stream === true, signal);
      return undefined;
    },
  });
}
