import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { modelId } from "../../../src/agent/model-id.ts";
import { findModelSource, openModel } from "../../../src/runtime/model-source.ts";
import { containing } from "../../support/member-matchers.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { testHost } from "../../support/test-host.ts";

let config: string;

// The SDK looks for profiles by the environment of this process: an empty folder is a machine without any.
beforeEach(() => {
  config = tempFolder();
  for (const name of ["API_KEY", "AUTH_TOKEN", "PROFILE", "BASE_URL", "FEDERATION_RULE_ID"])
    vi.stubEnv(`ANTHROPIC_${name}`, undefined);
  vi.stubEnv("ANTHROPIC_CONFIG_DIR", config);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function profile(text: string): void {
  mkdirSync(join(config, "configs"));
  writeFileSync(join(config, "configs", "default.json"), text);
}

test("a key comes before a token, and both before a server of one's own", async () => {
  const env = {
    ANTHROPIC_API_KEY: "key",
    ANTHROPIC_AUTH_TOKEN: "token",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:9/",
  };

  expect(await findModelSource(testHost("a", env))).toEqual({
    kind: "api_key",
    found: "ANTHROPIC_API_KEY",
    baseUrl: "http://127.0.0.1:9",
  });
  expect(await findModelSource(testHost("a", { ANTHROPIC_AUTH_TOKEN: "token" }))).toEqual({
    kind: "auth_token",
    found: "ANTHROPIC_AUTH_TOKEN",
    baseUrl: null,
  });
});

test("an address alone is enough, for servers that need no key", async () => {
  const host = testHost("a", { ANTHROPIC_BASE_URL: "http://localhost:11434" });

  const source = await findModelSource(host);
  const { client } = openModel(host, "llama3.3", source);

  expect(source.kind).toBe("base_url");
  expect([client.baseURL, client.apiKey, client.authToken]).toEqual(["http://localhost:11434", null, "none"]);
});

test("a profile on disk counts, so that no key is asked of who has logged in", async () => {
  profile('{"authentication":{"type":"user_oauth"}}');

  expect(await findModelSource(testHost("a"))).toEqual({
    kind: "profile",
    found: "the active profile",
    baseUrl: null,
  });
});

test("a profile that cannot be read is an error that says why, not a silent other choice", async () => {
  profile("{");

  await expect(
    findModelSource(testHost("a", { ANTHROPIC_BASE_URL: "http://localhost:1" })),
  ).rejects.toMatchObject({ code: "auth_missing", message: containing("default.json") });
});

test("with nothing at all it says what to set", async () => {
  await expect(findModelSource(testHost("a", { ANTHROPIC_API_KEY: " " }))).rejects.toMatchObject({
    code: "auth_missing",
    message: "no model: no key or profile, no ANTHROPIC_BASE_URL",
    hint: containing("troupe demo"),
  });
});

test.each(["localhost:11434", "ftp://x", "not an address"])("%s is no address of a model", async (text) => {
  await expect(findModelSource(testHost("a", { ANTHROPIC_BASE_URL: text }))).rejects.toMatchObject({
    code: "usage",
    message: containing(text),
  });
});

test("aliases are ids, other names stay as they are", () => {
  expect(["sonnet", "Opus", "haiku", undefined, "qwen3:32b"].map(modelId)).toEqual([
    "claude-sonnet-5-5",
    "claude-opus-5-5",
    "claude-haiku-5-5",
    "claude-sonnet-5-5",
    "qwen3:32b",
  ]);
});

test("I2 the client makes ten tries, and a small model is not asked for more than it can write", async () => {
  const host = testHost("a", { ANTHROPIC_API_KEY: "key" });
  const source = await findModelSource(host);

  const claude = openModel(host, "opus", source);
  const small = openModel(host, "qwen3:32b", source);

  expect([claude.client.maxRetries, claude.maxTokens, small.maxTokens]).toEqual([9, 32_000, 8_192]);
});
