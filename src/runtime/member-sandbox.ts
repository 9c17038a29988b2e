import { z } from "zod";
import type { ToolCall } from "../agent/tool.ts";
import type { Shelter } from "../agent/tools/shelter.ts";
import type { Host } from "../base/host.ts";
import { noSandbox, type Sandbox } from "../base/sandbox.ts";
import { openSandbox, type SandboxOptions } from "../spawn/sandbox/open-sandbox.ts";
import { given } from "./given.ts";
import { isExcluded } from "./sandbox-excluded.ts";
import { type PolicyPlace, sandboxNotes, sandboxPolicy } from "./sandbox-policy.ts";
import type { SettingsInForce } from "./settings.ts";
import { mergedSettings } from "./settings-merge.ts";

/** confined: every command. off: a person, or the settings, turned it off. unavailable: it cannot be; a person may allow to go on without. */
export type SandboxState =
  | { readonly status: "confined" }
  | { readonly status: "off"; readonly reason: string }
  | { readonly status: "unavailable"; readonly reason: string; readonly hint: string };

/** What a person is asked once where there can be no sandbox. */
export interface SandboxQuestion {
  readonly kind: "sandbox";
  readonly summary: string;
  readonly reason: string;
}

/** The wall around what one member starts. */
export interface MemberSandbox {
  readonly state: () => SandboxState;
  /** For Bash. */
  readonly shelter: Shelter;
  /** For servers, hooks and checks; undefined while there is none and nobody allowed to go on without. */
  readonly sandbox: () => Sandbox | undefined;
  /** This call runs confined and the settings let it run without a question. Rules that deny or ask still count. */
  readonly mayRunUnasked: (call: ToolCall) => boolean;
  /** The model wants this command to leave the sandbox, and the settings let a person say yes. */
  readonly isLetOut: (call: ToolCall) => boolean;
  /** There are commands that could reach the network, whether confined or let out of the sandbox. */
  readonly hasNetwork: boolean;
  /** What this command tells stays on this machine: it runs confined and without network. */
  readonly isOffline: (call: ToolCall) => boolean;
  /** What to ask; undefined when there is nothing to ask, or settings forbid to go on without. */
  readonly question: () => SandboxQuestion | undefined;
  /** A person answered: commands may run without a sandbox, in this life of the member. */
  readonly allowOpen: () => void;
  /** What of the settings it does not do. */
  readonly notes: readonly string[];
}

export interface MemberSandboxOptions extends PolicyPlace {
  /** The environment of the commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the parts of the wall are looked for, as `openSandbox` has it. */
  readonly searched?: SandboxOptions["searched"];
}

const BashInput = z.looseObject({
  command: z.string(),
  dangerouslyDisableSandbox: z.boolean().optional(),
});

/** Tries the sandbox once, for a whole life. Does not throw for a machine on which it cannot be. */
export async function openMemberSandbox(options: MemberSandboxOptions): Promise<MemberSandbox> {
  const { host, settings } = options;
  const wanted = wantedSandbox(host, settings);
  const opened = wanted.status === "confined" ? await opening(options) : wanted;
  return memberSandbox(options.settings, opened);
}

type Opened =
  | Exclude<SandboxState, { status: "confined" }>
  | { readonly status: "confined"; readonly sandbox: Sandbox; readonly hasNetwork: boolean };

async function opening({ env, searched, ...place }: MemberSandboxOptions): Promise<Opened> {
  const policy = sandboxPolicy(place);
  const result = await openSandbox({ policy, env, ...given({ searched }) });
  return result.ok
    ? { status: "confined", sandbox: result.sandbox, hasNetwork: policy.network === "host" }
    : { status: "unavailable", reason: result.reason, hint: result.hint };
}

function memberSandbox(settings: SettingsInForce, opened: Opened): MemberSandbox {
  const {
    autoAllowBashIfSandboxed,
    allowUnsandboxedCommands,
    excludedCommands = [],
    failIfUnavailable,
  } = mergedSettings(settings).sandbox ?? {};
  const open = noSandbox();
  let isAllowedOpen = false;
  const sandbox = (): Sandbox | undefined => {
    if (opened.status === "confined") return opened.sandbox;
    return opened.status === "off" || isAllowedOpen ? open : undefined;
  };
  const isConfined = opened.status === "confined";
  const choose: Shelter["choose"] = (command, isLeaving) => {
    const usual = sandbox();
    if (usual === undefined) return { refusal: refusalOf(opened) };
    const leaves = (isLeaving && allowUnsandboxedCommands === true) || isExcluded(command, excludedCommands);
    return isConfined && leaves ? open : usual;
  };
  const isWalledIn = (call: ToolCall): boolean => {
    const parsed = BashInput.safeParse(call.input);
    if (call.name !== "Bash" || !parsed.success || !isConfined) return false;
    const chosen = choose(parsed.data.command, parsed.data.dangerouslyDisableSandbox === true);
    return "name" in chosen && chosen.name !== "off";
  };
  return {
    state: () => (opened.status === "confined" ? { status: "confined" } : opened),
    shelter: { isConfined, mayLeave: isConfined && allowUnsandboxedCommands === true, choose },
    sandbox,
    mayRunUnasked: (call) => autoAllowBashIfSandboxed !== false && isWalledIn(call),
    isLetOut: ({ name, input }) =>
      name === "Bash" &&
      isConfined &&
      allowUnsandboxedCommands === true &&
      BashInput.safeParse(input).data?.dangerouslyDisableSandbox === true,
    hasNetwork:
      opened.status !== "confined" ||
      opened.hasNetwork ||
      allowUnsandboxedCommands === true ||
      excludedCommands.length > 0,
    isOffline: (call) => opened.status === "confined" && !opened.hasNetwork && isWalledIn(call),
    question: () =>
      opened.status === "unavailable" && !isAllowedOpen && failIfUnavailable !== true
        ? questionOf(opened)
        : undefined,
    allowOpen: () => {
      isAllowedOpen = failIfUnavailable !== true;
    },
    notes: isConfined ? sandboxNotes(settings) : [],
  };
}

type Unavailable = Extract<SandboxState, { status: "unavailable" }>;

function questionOf({ reason, hint }: Unavailable): SandboxQuestion {
  return {
    kind: "sandbox",
    summary: "Run shell commands without a sandbox?",
    reason: `${reason}. Without it a command can read and change whatever you can. To have it: ${hint}.`,
  };
}

/** For the model, until a person has answered. */
function refusalOf(opened: Opened): string {
  const why = opened.status === "unavailable" ? opened.reason : "it could not be made";
  return `there is no sandbox here (${why}), and nobody allowed commands to run without one. Work with the file tools; a person can answer the question, set sandbox.enabled to false in the settings, or start the team with TROUPE_SANDBOX=off.`;
}

/** What the environment and the settings want, before it is tried. The organisation's word is above the environment's. */
export function wantedSandbox({ env }: Host, settings: SettingsInForce): SandboxState {
  const isDemanded = settings.files.some(
    ({ scope, content }) => scope === "managed" && content.sandbox?.enabled === true,
  );
  const word = env["TROUPE_SANDBOX"] ?? "";
  const isSet = !["", "auto"].includes(word);
  if (word === "off" && !isDemanded) return { status: "off", reason: "TROUPE_SANDBOX is off" };
  if (word === "srt")
    return unavailable(
      "srt is not available in this version of troupe",
      "TROUPE_SANDBOX=bwrap, or no such variable",
    );
  if (isSet && !["off", "bwrap"].includes(word))
    return unavailable(`TROUPE_SANDBOX is "${word}"`, "set it to auto, bwrap or off");
  if (!isSet && mergedSettings(settings).sandbox?.enabled === false)
    return { status: "off", reason: "sandbox.enabled is false in the settings" };
  return { status: "confined" };
}

function unavailable(reason: string, hint: string): SandboxState {
  return { status: "unavailable", reason, hint };
}
