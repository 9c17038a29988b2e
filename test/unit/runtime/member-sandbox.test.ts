import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileAndShellTools } from "../../../src/agent/toolset.ts";
import { shellEnv } from "../../../src/runtime/child-env.ts";
import { type MemberSandbox, openMemberSandbox } from "../../../src/runtime/member-sandbox.ts";
import { sandboxPolicy } from "../../../src/runtime/sandbox-policy.ts";
import type { SettingsFile, SettingsInForce } from "../../../src/runtime/settings.ts";
import { HAS_BWRAP } from "../../support/sandbox-world.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { until } from "../../support/until.ts";

const never = new AbortController().signal;

interface Given {
  readonly env?: Record<string, string>;
  readonly sandbox?: SettingsFile["content"]["sandbox"];
  readonly file?: Partial<SettingsFile>;
  readonly isThere?: boolean;
}

function inForce(content: SettingsFile["content"], file: Partial<SettingsFile> = {}): SettingsInForce {
  const one: SettingsFile = {
    scope: "user",
    path: "/s.json",
    root: "/root-of-settings",
    content,
    isTrusted: true,
    ...file,
  };
  return { files: [one], problems: [], marks: new Map() };
}

/** A member that works in a folder of its own home. */
function member({ env = {}, sandbox = {}, file = {}, isThere = true }: Given = {}) {
  const home = tempFolder();
  const dir = join(home, "work");
  mkdirSync(dir);
  const host = { ...testHost("m", { PATH: "/usr/bin:/bin", HOME: home, ...env }), home };
  const settings = inForce({ sandbox }, file);
  const agentFolder = join(home, ".claude/teams/t/agents/ada");
  const place = { host, dir, agentFolder, settings };
  const open = (): Promise<MemberSandbox> =>
    openMemberSandbox({
      ...place,
      env: shellEnv(host.env),
      ...(isThere ? {} : { env: { PATH: "" }, searched: [] }),
    });
  return { home, dir, host, place, open };
}

const bashCall = (command: string, more: object = {}) => ({
  id: "1",
  name: "Bash",
  input: { command, ...more },
});

describe.skipIf(!HAS_BWRAP)("where it works", () => {
  test("it is on without a word, and what is confined may run unasked", async () => {
    const it = await member().open();

    expect(it.state()).toEqual({ status: "confined" });
    expect(it.sandbox()?.name).toBe("bwrap");
    expect(it.question()).toBeUndefined();
    expect(it.mayRunUnasked(bashCall("ls"))).toBe(true);
    expect(it.mayRunUnasked({ id: "1", name: "Write", input: {} })).toBe(false);
  });

  test("settings say that a person is asked all the same", async () => {
    const it = await member({ sandbox: { autoAllowBashIfSandboxed: false } }).open();

    expect(it.mayRunUnasked(bashCall("ls"))).toBe(false);
  });

  test("a stranger's file neither turns it off nor opens a way around it", async () => {
    const sandbox = { enabled: false, excludedCommands: ["docker *"], allowUnsandboxedCommands: true };
    const it = await member({ sandbox, file: { scope: "project", isTrusted: false } }).open();

    expect(it.state().status).toBe("confined");
    expect(it.mayRunUnasked(bashCall("docker ps"))).toBe(true);
    expect(it.shelter.mayLeave).toBe(false);
  });

  test("excluded commands and those that leave run outside, and are never run unasked", async () => {
    const it = await member({
      sandbox: { excludedCommands: ["docker *"], allowUnsandboxedCommands: true },
    }).open();
    const names = ["docker ps", "docker ps; ls", "ls"].map((line) => {
      const chosen = it.shelter.choose(line, false);
      return "name" in chosen ? chosen.name : "refused";
    });

    expect(names).toEqual(["off", "bwrap", "bwrap"]);
    expect(it.mayRunUnasked(bashCall("docker ps"))).toBe(false);
    expect(it.mayRunUnasked(bashCall("ls", { dangerouslyDisableSandbox: true }))).toBe(false);
    expect(it.isLetOut(bashCall("ls", { dangerouslyDisableSandbox: true }))).toBe(true);
    expect(it.isLetOut(bashCall("docker ps"))).toBe(false);
    expect(it.shelter.mayLeave).toBe(true);
  });

  test("without the setting a command that asks to leave stays inside", async () => {
    const it = await member().open();
    const chosen = it.shelter.choose("ls", true);

    expect(it.isLetOut(bashCall("ls", { dangerouslyDisableSandbox: true }))).toBe(false);
    expect("name" in chosen && chosen.name).toBe("bwrap");
  });

  test("L5 L6 a command and its first process see the environment of the list, and no secret stands in any argument", async () => {
    const { host, dir, open } = member({
      env: {
        ANTHROPIC_API_KEY: "sk-canary-1",
        TROUPE_STORE: "nats://u:canary-2@h",
        OTHER: "canary-3",
        TROUPE_INSTANCE: "inst-l5",
      },
    });
    const it = await open();
    const env = shellEnv(host.env, { NAMED: "canary-4" });
    const tools = fileAndShellTools({ dir, env, shelter: it.shelter });
    const running = tools
      .find(({ name }) => name === "Bash")
      ?.run(
        {
          command:
            "cat /proc/1/environ /proc/$$/environ | tr '\\0' '\\n' > seen; cat /proc/[0-9]*/cmdline > words; touch done; while [ ! -e go ]; do sleep 0.05; done",
        },
        never,
      );
    await until(() => readdirSync(dir).includes("done"), { within: 20_000 });
    const outside = ofInstance("inst-l5");
    writeFileSync(join(dir, "go"), "");
    await running;

    const seen = readFileSync(join(dir, "seen"), "utf8");
    expect(seen).not.toMatch(/canary-[123]/);
    expect(new Set(seen.split("\n").map((line) => line.split("=")[0]))).toEqual(
      new Set(
        ["", "HOME", "NAMED", "PATH", "PWD", "SHLVL", "TMPDIR", "TROUPE_INSTANCE", "_"].filter(
          (name) => seen.includes(`${name}=`) || name === "",
        ),
      ),
    );
    expect(outside.length).toBeGreaterThan(2);
    expect(outside.map(({ environ }) => environ).join("")).not.toMatch(/canary-[123]/);
    expect(readFileSync(join(dir, "words"), "utf8") + outside.map(({ words }) => words).join("")).not.toMatch(
      /canary/,
    );
  });
});

/** What the host sees of the processes that bear an instance's tag. */
function ofInstance(instance: string): readonly { readonly environ: string; readonly words: string }[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environ = readFileSync(`/proc/${pid}/environ`, "utf8");
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return environ.includes(`TROUPE_INSTANCE=${instance}`) ? [{ environ, words }] : [];
      } catch {
        return [];
      }
    });
}

test("where it cannot be, nothing runs until a person said so", async () => {
  const it = await member({ isThere: false }).open();

  expect(it.state()).toMatchObject({ status: "unavailable", reason: "bubblewrap is not installed" });
  expect(it.sandbox()).toBeUndefined();
  expect(it.shelter.isConfined).toBe(false);
  expect(it.shelter.choose("ls", false)).toEqual({
    refusal: expect.stringMatching(/bubblewrap is not installed.*TROUPE_SANDBOX=off/) as unknown,
  });
  expect(it.question()).toMatchObject({ kind: "sandbox", summary: "Run shell commands without a sandbox?" });
  expect(it.mayRunUnasked(bashCall("ls"))).toBe(false);

  it.allowOpen();

  expect(it.sandbox()?.name).toBe("off");
  expect(it.question()).toBeUndefined();
  expect(it.mayRunUnasked(bashCall("ls"))).toBe(false);
});

test("failIfUnavailable takes the question away too", async () => {
  const it = await member({ isThere: false, sandbox: { failIfUnavailable: true } }).open();

  it.allowOpen();

  expect(it.question()).toBeUndefined();
  expect(it.sandbox()).toBeUndefined();
});

test.each([
  ["TROUPE_SANDBOX=off", { env: { TROUPE_SANDBOX: "off" } }, "off"],
  ["sandbox.enabled false", { sandbox: { enabled: false } }, "off"],
  [
    "TROUPE_SANDBOX=bwrap over the settings",
    { env: { TROUPE_SANDBOX: "bwrap" }, sandbox: { enabled: false }, isThere: false },
    "unavailable",
  ],
  ["srt, which there is not", { env: { TROUPE_SANDBOX: "srt" } }, "unavailable"],
  ["an unknown word", { env: { TROUPE_SANDBOX: "on" } }, "unavailable"],
  [
    "off, against the organisation",
    {
      env: { TROUPE_SANDBOX: "off" },
      sandbox: { enabled: true },
      file: { scope: "managed" },
      isThere: false,
    },
    "unavailable",
  ],
] as const)("%s", async (_, given, status) => {
  const it = await member(given).open();

  expect(it.state().status).toBe(status);
  const chosen = it.shelter.choose("ls", false);
  expect("name" in chosen ? chosen.name : "refused").toBe(status === "off" ? "off" : "refused");
});

test("the policy is made of the settings: paths from where they stand, of a stranger only what closes", () => {
  const filesystem = {
    allowWrite: ["~/.kube", "//var/build", "cache"],
    denyRead: ["~/.gnupg", "secret/*"],
    denyWrite: ["/srv"],
    allowRead: ["/opt/x"],
  };
  const mine = member({ sandbox: { filesystem, network: { allowedDomains: ["*"] } } });
  const policy = sandboxPolicy(mine.place);
  const strange = member({
    sandbox: { filesystem, network: { allowedDomains: ["*"] } },
    file: { isTrusted: false, scope: "project" },
  });
  const strangers = sandboxPolicy(strange.place);

  expect(policy.writable).toEqual([
    mine.dir,
    join(mine.home, ".kube"),
    "/var/build",
    "/root-of-settings/cache",
  ]);
  expect(policy.hidden).toContain(join(mine.home, ".gnupg"));
  expect(policy.hidden).toContain(join(mine.home, ".claude"));
  expect(policy.readOnly).toEqual(["/srv"]);
  expect(policy.visible).toContain("/opt/x");
  expect(policy.network).toBe("host");
  expect([strangers.writable, strangers.network]).toEqual([[strange.dir], "none"]);
  expect(strangers.hidden).toContain(join(strange.home, ".gnupg"));
});

test("what of the settings it cannot do is said", async () => {
  const sandbox = {
    network: { allowedDomains: ["github.com"], allowUnixSockets: ["/x"] },
    filesystem: { denyRead: ["**/*.pem"] },
  };
  const it = HAS_BWRAP ? await member({ sandbox }).open() : undefined;

  expect(it?.notes ?? ["domains", "sockets", "pattern"]).toHaveLength(3);
});
