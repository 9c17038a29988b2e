import { z } from "zod";
import { isRecord } from "../../base/is-record.ts";
import {
  HOOK_EVENTS,
  type HookEvent,
  HookGroup,
  HookHandler,
  UNFIRED_HOOK_EVENTS,
} from "../../protocol/hooks.ts";
import { type Confined, hookConfinement } from "../confinement.ts";
import { EVENT_FACTS, isToolEvent } from "./hook-events.ts";
import { compileMatcher, type Matcher } from "./match.ts";

/** As much of the settings in force as hooks need; highest precedence first. */
export interface HookSettings {
  readonly files: readonly {
    readonly scope: string;
    readonly path: string;
    /** Where the project is, for what stands in its files. */
    readonly root: string;
    readonly content: Readonly<Record<string, unknown>>;
    /** Whether what only a trusted file may do counts. */
    readonly isTrusted: boolean;
  }[];
}

/** Hooks that do not stand in a settings file: of a plugin, a skill, an agent definition. */
export interface HookSource {
  readonly scope: string;
  readonly file: string;
  /** As prompts name it: `User`, `Plugin p`. */
  readonly label: string;
  readonly isTrusted: boolean;
  /** Event → groups, unparsed. */
  readonly hooks: unknown;
  readonly plugin?: {
    readonly root: string;
    readonly data: string;
    readonly options: Readonly<Record<string, string>>;
  };
}

export interface Handler {
  readonly event: HookEvent;
  readonly source: HookSource;
  readonly matches: Matcher;
  /** A permission rule, or undefined: always. */
  readonly rule: string | undefined;
  readonly timeoutMs: number;
  /** Of a skill: it runs once, and then no more. */
  readonly isOnce: boolean;
  /** Whatever goes wrong with it blocks. */
  readonly isPolicy: boolean;
  /** That it runs in a sandbox, and what is open to it there; undefined = it does not. */
  readonly confined: Confined | undefined;
  /** For people: `command ./check.sh in /p/.claude/settings.json`. */
  readonly name: string;
  /** Equal in handlers of settings files that are the same; undefined: never the same. */
  readonly key: string | undefined;
  /** What to run, or why it cannot be run: a guard that is written wrong must not let everything pass. */
  readonly spec: HookHandler | { readonly type: "broken"; readonly why: string };
}

/** Something wrong with the configuration. `isFatal`: an agent must not start with it. */
export interface HookProblem {
  readonly file: string;
  readonly what: string;
  readonly isFatal: boolean;
}

export interface HookConfig {
  /** In source order. */
  readonly handlers: readonly Handler[];
  readonly problems: readonly HookProblem[];
  /** Patterns of addresses that HTTP hooks may call; undefined: all. */
  readonly allowedUrls: readonly string[] | undefined;
  /** Variables that headers may name; undefined: those the handler lists. */
  readonly allowedEnv: readonly string[] | undefined;
}

const LABELS: Readonly<Record<string, string>> = {
  managed: "Managed",
  flag: "Settings",
  local: "Local",
  project: "Project",
  user: "User",
};
/** The scope of hooks that a skill brings. */
const SKILL = "skill";
/** Files of a repository. */
const FROM_PROJECT: ReadonlySet<string> = new Set(["project", "local"]);
const TYPE_SECONDS: Readonly<Record<HookHandler["type"], number>> = {
  command: 600,
  http: 600,
  mcp_tool: 600,
  prompt: 30,
  agent: 60,
};
/** What a person would take for milliseconds. */
const SUSPICIOUS_SECONDS = 1_000;
/** A timer takes no longer time. */
const LONGEST_MS = 2 ** 31 - 1;
const SESSION_END_MOST_SECONDS = 60;

/** All hooks in force, and what is wrong with them. `others`: in the order plugins by id, skills, agent definitions. */
export function readHooks(settings: HookSettings, others: readonly HookSource[] = []): HookConfig {
  const problems: HookProblem[] = [];
  const sources = [...settings.files.map(sourceOf), ...others].filter(({ hooks }) => hooks !== undefined);
  const handlers = sources.filter(isInForce(settings)).flatMap((source) => {
    if (source.isTrusted || !FROM_PROJECT.has(source.scope))
      return handlersOf(source, problems).map((handler) => ({
        ...handler,
        confined: confinedBy(settings, handler),
      }));
    problems.push({
      file: source.file,
      what: "its hooks are not run: the folder is not trusted",
      isFatal: false,
    });
    return [];
  });
  return {
    handlers: withSharedEnd(handlers),
    problems,
    allowedUrls: joinedList(settings, "allowedHttpHookUrls"),
    allowedEnv: joinedList(settings, "httpHookAllowedEnvVars"),
  };
}

/** Only a program can be confined. */
function confinedBy(
  { files }: HookSettings,
  { spec, source }: Pick<Handler, "spec" | "source">,
): Confined | undefined {
  if (spec.type !== "command") return undefined;
  return hookConfinement(files, { own: spec.sandbox, isManaged: source.scope === "managed" });
}

function sourceOf({ scope, path, content, isTrusted }: HookSettings["files"][number]): HookSource {
  return { scope, file: path, label: LABELS[scope] ?? scope, isTrusted, hooks: content["hooks"] };
}

/** Whether hooks of a source are run at all: managed settings decide about all, the others about all but managed ones. */
function isInForce({ files }: HookSettings): (source: HookSource) => boolean {
  const says = (key: string, isManaged: boolean): boolean =>
    files.some(
      ({ scope, content, isTrusted }) =>
        content[key] === true && (scope === "managed") === isManaged && (isTrusted || isManaged),
    );
  if (says("disableAllHooks", true)) return () => false;
  const isManagedOnly = says("disableAllHooks", false) || says("allowManagedHooksOnly", true);
  return ({ scope }) => !isManagedOnly || scope === "managed";
}

/** A file that is not trusted opens nothing. */
function joinedList({ files }: HookSettings, key: string): readonly string[] | undefined {
  const lists = files
    .filter(({ scope, isTrusted }) => isTrusted || scope === "managed")
    .flatMap(({ content }) => {
      const parsed = z.array(z.string()).safeParse(content[key]);
      return parsed.success ? [parsed.data] : [];
    });
  return lists.length === 0 ? undefined : lists.flat();
}

function handlersOf(source: HookSource, problems: HookProblem[]): readonly Omit<Handler, "confined">[] {
  const isManaged = source.scope === "managed";
  const wrong = (what: string, isFatal = isManaged): void => {
    problems.push({ file: source.file, what, isFatal });
  };
  if (!isRecord(source.hooks)) {
    wrong("hooks: must be an object of events");
    return [];
  }
  return Object.entries(source.hooks).flatMap(([event, groups]) => {
    const known = HOOK_EVENTS.find((name) => name === event);
    if (known === undefined) {
      if (!UNFIRED_HOOK_EVENTS.has(event)) wrong(`hooks.${event}: there is no such event`, false);
      return [];
    }
    if (!Array.isArray(groups)) {
      wrong(`hooks.${event}: must be a list of {matcher, hooks}`);
      return [];
    }
    return groups.flatMap((group, index) =>
      handlersOfGroup({ source, event: known, at: `hooks.${event}[${index}]`, wrong }, group),
    );
  });
}

interface Place {
  readonly source: HookSource;
  readonly event: HookEvent;
  /** For people: where it stands in the file. */
  readonly at: string;
  readonly wrong: (what: string, isFatal?: boolean) => void;
}

function handlersOfGroup(place: Place, raw: unknown): readonly Omit<Handler, "confined">[] {
  const { event, at, wrong } = place;
  const group = HookGroup.safeParse(raw);
  const matcher = group.success ? compileMatcher(event, group.data.matcher) : { wrong: said(group.error) };
  if ("wrong" in matcher) wrong(`${at}${group.success ? ".matcher" : ""}: ${matcher.wrong}`);
  return hooksIn(raw).flatMap((one, index) => {
    const handler = handlerOf({ ...place, at: `${at}.hooks[${index}]` }, matcher, one);
    return handler === undefined ? [] : [handler];
  });
}

/** Also of a group that is wrong otherwise: a policy in it must not fall away with it. */
function hooksIn(group: unknown): readonly unknown[] {
  return isRecord(group) && Array.isArray(group["hooks"]) ? group["hooks"] : [];
}

/** undefined: nothing to run. */
function handlerOf(
  { source, event, at, wrong }: Place,
  matcher: Matcher | { readonly wrong: string },
  raw: unknown,
): Omit<Handler, "confined"> | undefined {
  const parsed = HookHandler.safeParse(raw);
  const trouble = troubleIn(parsed, matcher);
  const isPolicy = isPolicyIn(source, raw);
  if (trouble !== undefined) wrong(`${at}: ${trouble}`);
  const spec = trouble === undefined ? parsed.data : { type: "broken" as const, why: trouble };
  if (spec === undefined || (trouble !== undefined && !isPolicy)) return undefined;
  const { if: rule, timeout }: { if?: string | undefined; timeout?: number | undefined } =
    spec.type === "broken" ? {} : spec;
  if (neverRuns({ source, event, at, wrong }, { rule, timeout, isOnce: wantsOnce(spec) })) return undefined;
  return {
    event,
    source,
    matches: "wrong" in matcher ? () => true : matcher,
    rule,
    timeoutMs: timeoutOf(event, spec, timeout),
    isOnce: wantsOnce(spec) && source.scope === SKILL,
    isPolicy,
    name: `${nameOf(spec)} of ${source.file}`,
    key: source.scope in LABELS ? canonical(raw) : undefined,
    spec,
  };
}

function wantsOnce(spec: Handler["spec"]): boolean {
  return spec.type !== "broken" && spec.once === true;
}

/** As much of a handler as may be odd. */
interface Odd {
  readonly rule: string | undefined;
  readonly timeout: number | undefined;
  readonly isOnce: boolean;
}

/** Says what is odd about a handler. */
function neverRuns({ source, event, at, wrong }: Place, { rule, timeout, isOnce }: Odd): boolean {
  if (isOnce && source.scope !== SKILL)
    wrong(`${at}.once: counts in hooks of skills only; this one runs each time`, false);
  if (timeout !== undefined && timeout >= SUSPICIOUS_SECONDS)
    wrong(`${at}.timeout: ${timeout} means seconds, not milliseconds`, false);
  if (rule === undefined || isToolEvent(event)) return false;
  wrong(`${at}.if: ${event} is about no tool call, so this hook never runs`, false);
  return true;
}

function timeoutOf(event: HookEvent, { type }: Handler["spec"], given: number | undefined): number {
  const ofType = type === "broken" ? 0 : TYPE_SECONDS[type];
  const seconds = given ?? EVENT_FACTS[event].timeoutSeconds ?? ofType;
  return Math.min(Math.ceil(seconds * 1000), LONGEST_MS);
}

/** Default for managed settings, where only what runs in the background is no policy unless it says so. */
function isPolicyIn({ scope }: HookSource, raw: unknown): boolean {
  if (!isRecord(raw)) return scope === "managed";
  if (typeof raw["policy"] === "boolean") return raw["policy"];
  return scope === "managed" && raw["async"] !== true && raw["asyncRewake"] !== true;
}

function troubleIn(
  parsed: z.ZodSafeParseResult<HookHandler>,
  matcher: Matcher | { readonly wrong: string },
): string | undefined {
  if ("wrong" in matcher) return `its matcher is wrong: ${matcher.wrong}`;
  if (!parsed.success) return said(parsed.error);
  const { data } = parsed;
  const isAsync = data.type === "command" && (data.async === true || data.asyncRewake === true);
  return isAsync && data.policy === true
    ? "a policy hook cannot be async: nobody would wait for it"
    : undefined;
}

function said(error: z.ZodError): string {
  return z
    .prettifyError(error)
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/^✖ /, "");
}

function nameOf(spec: Handler["spec"]): string {
  switch (spec.type) {
    case "command":
      return `command ${shortened([spec.command, ...(spec.args ?? [])].join(" "))}`;
    case "http":
      return `http ${shortened(spec.url)}`;
    case "mcp_tool":
      return `mcp_tool ${spec.server} ${spec.tool}`;
    case "prompt":
    case "agent":
      return `${spec.type} ${shortened(spec.prompt)}`;
    case "broken":
      return "a hook";
    default:
      return spec satisfies never;
  }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= 80 ? line : `${line.slice(0, 80)}…`;
}

/** The same text for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

/** SessionEnd hooks share one time: the default, raised to the largest timeout of a settings file, at most a minute. */
function withSharedEnd(handlers: readonly Handler[]): readonly Handler[] {
  const shared = Math.max(
    0,
    ...handlers
      .filter(({ event, key }) => event === "SessionEnd" && key !== undefined)
      .map(({ timeoutMs }) => timeoutMs),
    (EVENT_FACTS.SessionEnd.timeoutSeconds ?? 0) * 1000,
  );
  const most = Math.min(shared, SESSION_END_MOST_SECONDS * 1000);
  return handlers.map((handler) =>
    handler.event === "SessionEnd" ? { ...handler, timeoutMs: Math.min(handler.timeoutMs, most) } : handler,
  );
}
