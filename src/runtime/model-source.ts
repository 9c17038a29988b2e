import { createHash } from "node:crypto";
import type { Model } from "../agent/loop-deps.ts";
import { type ClientOptions, findProfile, modelClient } from "../agent/model-client.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";

/** Where the model comes from; the first that answers, in the order of the union. */
export interface ModelSource {
  readonly kind: "api_key" | "auth_token" | "profile" | "base_url";
  /** What was found, for people: `ANTHROPIC_API_KEY`, `the profile "work"`. */
  readonly found: string;
  /** null: Anthropic's own API, or what the profile names. */
  readonly baseUrl: string | null;
}

/**
 * Finds what a request could be made with, without making one: key, token, profile (as the SDK finds it, workload
 * identity included), or the address of a server that needs none. Throws TroupeError `auth_missing` when there is
 * nothing, or when a profile is named that cannot be read; `usage` when `ANTHROPIC_BASE_URL` is no address.
 */
export async function findModelSource(host: Host): Promise<ModelSource> {
  const baseUrl = baseUrlOf(host);
  if (isSet(host.env["ANTHROPIC_API_KEY"])) return { kind: "api_key", found: "ANTHROPIC_API_KEY", baseUrl };
  if (isSet(host.env["ANTHROPIC_AUTH_TOKEN"]))
    return { kind: "auth_token", found: "ANTHROPIC_AUTH_TOKEN", baseUrl };
  const profile = await profileName(host);
  if (profile !== undefined) return { kind: "profile", found: profile, baseUrl };
  if (baseUrl !== null) return { kind: "base_url", found: `ANTHROPIC_BASE_URL ${baseUrl}`, baseUrl };
  throw new TroupeError("auth_missing", "no model: no key or profile, no ANTHROPIC_BASE_URL", {
    hint: "set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own; or look around: troupe demo",
  });
}

/** The model a member talks to. Makes no request. `name`: an alias, an id, or undefined for the default. */
export function openModel(host: Host, name: string | undefined, source: ModelSource): Model {
  return modelClient(name, { ...credential(host, source), baseUrl: source.baseUrl });
}

function credential(host: Host, { kind }: ModelSource): Omit<ClientOptions, "baseUrl"> {
  switch (kind) {
    case "api_key":
      return { apiKey: host.env["ANTHROPIC_API_KEY"] ?? "" };
    case "auth_token":
      return { authToken: host.env["ANTHROPIC_AUTH_TOKEN"] ?? "" };
    case "profile":
      return {};
    case "base_url":
      // The SDK sends nothing without a credential; servers that need none ignore this one.
      return { authToken: "none" };
    default:
      return kind satisfies never;
  }
}

function baseUrlOf(host: Host): string | null {
  const text = host.env["ANTHROPIC_BASE_URL"];
  if (!isSet(text)) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new TroupeError("usage", `ANTHROPIC_BASE_URL is no http address: ${JSON.stringify(text)}`, {
      hint: "give it as http://localhost:11434, without /v1",
    });
  return text.replace(/\/+$/, "");
}

async function profileName(host: Host): Promise<string | undefined> {
  try {
    const found = await findProfile();
    if (found === undefined) return undefined;
    if (found === "environment") return "workload identity from the environment";
    const name = host.env["ANTHROPIC_PROFILE"];
    return name === undefined ? "the active profile" : `the profile ${JSON.stringify(name)}`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TroupeError("auth_missing", `no model: the profile cannot be read: ${why}`, {
      hint: "set ANTHROPIC_PROFILE to a profile that exists, or unset it",
      cause: error,
    });
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

/** Who shares a limit: 16 hex digits that tell nobody the key. */
export function rateKey({ env }: Pick<Host, "env">, { kind, found, baseUrl }: ModelSource): string {
  const secrets = {
    api_key: env["ANTHROPIC_API_KEY"],
    auth_token: env["ANTHROPIC_AUTH_TOKEN"],
    profile: found,
    base_url: "",
  };
  const text = `${baseUrl ?? "https://api.anthropic.com"}\0${secrets[kind] ?? ""}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
