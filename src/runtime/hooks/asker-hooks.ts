import { join } from "node:path";
import { TroupeError } from "../../base/errors.ts";
import type { Redactor } from "../../base/redact.ts";
import { given } from "../given.ts";
import { readSettings, type SettingsInForce, settingsChanged } from "../settings.ts";
import { openTranscript } from "../transcript.ts";
import { type EnvFile, openEnvFile } from "./env-file.ts";
import { type HookTranscript, openHookTranscript } from "./hook-transcript.ts";
import { type HookDeps, type Hooks, openHooks } from "./open-hooks.ts";
import { type HookConfig, readHooks } from "./read-hooks.ts";
import { ruleFits } from "./rule-fits.ts";
import { envOf, folderOf, sessionOf, type Who, wallsOf, whoIs } from "./who-asks.ts";

export interface Asker extends Who {
  /** Takes the secrets out of what goes into a file. */
  readonly redactor: Pick<Redactor, "hide" | "hideIn">;
  /** The folder it works in, absolute: there its settings are looked for and its hooks start. */
  readonly dir: string;
  readonly askModel?: HookDeps["askModel"];
  readonly callTool?: HookDeps["callTool"];
  readonly onRewake?: HookDeps["onRewake"];
  readonly onTrouble: (error: unknown) => void;
}

export interface AskerHooks extends Hooks {
  readonly transcript: HookTranscript;
  readonly envFile: EnvFile;
  /** A new prompt: what is fired from now on names it. */
  readonly promptBegins: () => void;
  /** The settings as they were read last: for whoever begins with them, so that a life reads them once. */
  readonly settings: () => SettingsInForce;
  /** Reads the settings again when a file of them has changed. Does not throw. */
  readonly refresh: () => Promise<void>;
}

/** The hooks of the settings files in force for this asker. Throws `policy` when managed hooks cannot be read. */
export async function openAskerHooks(asker: Asker): Promise<AskerHooks> {
  const { team, agent, dir, askModel, callTool, onRewake, onTrouble } = asker;
  const { host } = team;
  const sessionId = sessionOf(team, agent);
  const folder = folderOf(team, agent);
  const transcript = openHookTranscript({
    path: join(folder, "transcript-for-hooks.jsonl"),
    sessionId,
    dir,
    now: host.now,
    read: async () => (agent === "user" ? [] : (await openTranscript(team, agent)).turns),
    hide: asker.redactor.hideIn,
    onTrouble,
  });
  const envFile = openEnvFile(folder, onTrouble);
  let promptId: string | undefined;
  const open = (settings: SettingsInForce): Hooks =>
    openHooks({
      config: checkedHooks(settings, onTrouble),
      dir,
      projectDir: team.state().team?.dir ?? dir,
      env: envOf(asker, sessionId, settings),
      hostEnv: host.env,
      fits: ruleFits(dir, host.home),
      newId: host.newId,
      // The person's hooks have no session.
      ...(agent === "user" ? {} : { envFile: envFile.path }),
      walls: wallsOf(asker, dir, settings),
      common: () => commonOf(asker, { sessionId, promptId, transcript, settings }),
      longTexts: join(folder, "hook-output"),
      hide: asker.redactor.hide,
      onTrouble: (problem) => onTrouble(new Error(problem)),
      ...given({ askModel, callTool, onRewake }),
    });

  let settings = await readSettings(host, { dir });
  let current = open(settings);
  const all = new Set([current]);
  return {
    transcript,
    envFile,
    settings: () => settings,
    has: (event) => current.has(event),
    fire: (event, payload, signal) => current.fire(event, payload, signal),
    promptBegins: () => {
      promptId = host.newId();
    },
    refresh: async () => {
      if (!settingsChanged(settings)) return;
      settings = await readSettings(host, { dir });
      try {
        current = open(settings);
        all.add(current);
      } catch (error) {
        if (!(error instanceof TroupeError)) throw error;
        // What guarded until now goes on guarding.
        onTrouble(error);
      }
    },
    close: () => closeAll(all),
  };
}

/** Those of settings that were in force before may still be running. */
async function closeAll(all: ReadonlySet<Hooks>): Promise<void> {
  await Promise.all([...all].map((hooks) => hooks.close()));
}

interface Session {
  readonly sessionId: string;
  readonly promptId: string | undefined;
  readonly transcript: HookTranscript;
  readonly settings: SettingsInForce;
}

async function commonOf(
  asker: Asker,
  { sessionId, promptId, transcript, settings }: Session,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    session_id: sessionId,
    // The person at the command line has no conversation.
    transcript_path: asker.agent === "user" ? "/dev/null" : await transcript.flush(),
    cwd: asker.dir,
    ...given({ prompt_id: promptId }),
    ...whoIs(asker, settings),
  };
}

function checkedHooks(settings: SettingsInForce, onTrouble: Asker["onTrouble"]): HookConfig {
  const config = readHooks(settings);
  for (const { file, what } of config.problems) onTrouble(new Error(`${file}: ${what}`));
  const fatal = config.problems.find(({ isFatal }) => isFatal);
  if (fatal === undefined) return config;
  throw new TroupeError("policy", `managed hooks cannot be read: ${fatal.file}: ${fatal.what}`, {
    hint: "nothing runs past an organisation's hooks: tell whoever looks after that file",
  });
}
