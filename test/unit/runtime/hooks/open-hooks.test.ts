import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { SILENCE } from "../../../../src/runtime/hooks/merge.ts";
import { readHooks } from "../../../../src/runtime/hooks/read-hooks.ts";
import { CALL, configOf, handlers, hooksOf, NEVER, saying, settingsFile } from "../../../support/hooks.ts";
import { until } from "../../../support/until.ts";

const Call = z.looseObject({ headers: z.record(z.string(), z.unknown()), body: z.string() });

/** A server that answers each call so; what it was told stands in `calls`. */
async function answering(
  status: number,
  body: string,
): Promise<{ url: string; calls: z.infer<typeof Call>[] }> {
  const calls: z.infer<typeof Call>[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    request.on("end", () => {
      calls.push({ headers: { ...request.headers }, body: text });
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/`, calls };
}

function allowing(text: string): string {
  return JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", additionalContext: text } });
}

test("a hook is told the event in one line of JSON, in a session of its own, and then stdin ends", async () => {
  const command =
    'cat > told; ps -o sid= -p $$ > session; ps -o tty= -p $$ >> session; [ "$(ps -o sid= -p $$)" -eq $$ ] && echo own >> session';
  const hooks = hooksOf(handlers("PreToolUse", { type: "command", command }));

  await hooks.fire("PreToolUse", CALL, NEVER);

  const told = readFileSync(join(hooks.dir, "told"), "utf8");
  expect(told.split("\n")).toHaveLength(2);
  expect(JSON.parse(told)).toEqual({
    session_id: "s",
    cwd: hooks.dir,
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    tool_use_id: "toolu_1",
  });
  expect(readFileSync(join(hooks.dir, "session"), "utf8")).toMatch(/\?\nown\n$/);
});

test("a hook that does not read its input does not fail", async () => {
  const hooks = hooksOf(handlers("PreToolUse", { type: "command", command: "exec 0<&-; exit 0" }));
  const big = { ...CALL, tool_input: { command: "x".repeat(500_000) } };
  expect(await hooks.fire("PreToolUse", big, NEVER)).toEqual(SILENCE);
});

test("the environment is the one it was given and names of Claude Code", async () => {
  const hooks = hooksOf(handlers("PreToolUse", { type: "command", command: "env > env.txt" }), {
    hostEnv: { ANTHROPIC_API_KEY: "sk-canary" },
  });
  await hooks.fire("PreToolUse", CALL, NEVER);
  const names = readFileSync(join(hooks.dir, "env.txt"), "utf8")
    .split("\n")
    .map((line) => line.split("=")[0] ?? "")
    .filter((name) => !["", "PWD", "SHLVL", "_", "OLDPWD"].includes(name));
  expect(names.toSorted()).toEqual(["CLAUDE_PROJECT_DIR", "PATH", "TROUPE_HOOK", "TROUPE_TEST_ID"]);
});

test("with args there is no shell: placeholders are plain text", async () => {
  const plugin = { root: "/p $(touch hacked)", data: "/d", options: { key: "v" } };
  const hooks = {
    PreToolUse: [
      {
        hooks: [
          {
            type: "command",
            command: "/bin/sh",
            args: [
              "-c",
              'printf "%s|" "$@" "$CLAUDE_PLUGIN_OPTION_KEY" > args',
              "sh",
              "${CLAUDE_PLUGIN_ROOT}/x",
              "${NOT_OURS}",
            ],
          },
        ],
      },
    ],
  };
  const config = readHooks({ files: [] }, [
    { scope: "plugin", file: "/p/hooks.json", label: "Plugin p", isTrusted: true, hooks, plugin },
  ]);
  const opened = hooksOf(config);
  expect((await opened.fire("PreToolUse", CALL, NEVER)).problems).toEqual([]);
  expect(readFileSync(join(opened.dir, "args"), "utf8")).toBe("/p $(touch hacked)/x|${NOT_OURS}|v|");
  expect(existsSync(join(opened.dir, "hacked"))).toBe(false);
});

test("20 hooks run at once; the one that sleeps past its timeout is gone with all it started", async () => {
  const sleeper = {
    type: "command",
    timeout: 0.5,
    command: "setsid sh -c 'trap \"\" TERM; sleep 300' & sleep 300 & trap '' TERM; sleep 300",
  };
  const list = Array.from({ length: 20 }, (_, index) =>
    index === 7 ? sleeper : saying({ out: allowing(`hook ${index}`) }),
  );
  const hooks = hooksOf(handlers("PreToolUse", ...list));

  const { context, problems } = await hooks.fire("PreToolUse", CALL, NEVER);

  // The leak check of `hooksOf` finds whatever is left of the sleeper.
  expect(problems).toEqual([expect.stringContaining("did not answer within 0.5 s")]);
  expect(context).toEqual(
    Array.from({ length: 20 }, (_, index) => `[User] hook ${index}`).filter((_, index) => index !== 7),
  );
});

test("an abort ends the hooks at once, and a guard that did not come to an end refuses", async () => {
  const hooks = hooksOf(
    handlers("PreToolUse", { type: "command", command: "touch begun; sleep 300", policy: true }),
  );
  const control = new AbortController();
  const fired = hooks.fire("PreToolUse", CALL, control.signal);
  await until(() => existsSync(join(hooks.dir, "begun")));
  control.abort();
  expect(await fired).toMatchObject({
    permission: "deny",
    block: expect.stringContaining("interrupted") as unknown,
  });
});

function deciding(fields: object): string {
  return JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } });
}

function group(handler: object): Record<string, unknown> {
  return { hooks: { PreToolUse: [{ hooks: [handler] }] } };
}

test("answers are merged in the order of the sources, not of their arrival", async () => {
  const late = saying({
    out: deciding({ permissionDecision: "ask", updatedInput: { from: "managed" }, additionalContext: "one" }),
  });
  const config = configOf(
    settingsFile(group({ ...late, command: `sleep 0.3; ${late.command}` }), { scope: "managed" }),
    settingsFile(
      group(saying({ out: deciding({ permissionDecision: "deny", permissionDecisionReason: "no" }) })),
      {
        scope: "project",
      },
    ),
    settingsFile(
      group(
        saying({
          out: deciding({
            permissionDecision: "allow",
            updatedInput: { from: "user" },
            additionalContext: "two",
          }),
        }),
      ),
    ),
  );

  expect(await hooksOf(config).fire("PreToolUse", CALL, NEVER)).toMatchObject({
    permission: "deny",
    permissionReason: "[Project] no",
    updatedInput: { from: "managed" },
    context: ["[Managed] one", "[User] two"],
    problems: [expect.stringContaining("the input it asked for was passed over")],
  });
});

test("the same handler of several settings files runs once, a plugin's copy too", async () => {
  const hooks = { PreToolUse: [{ hooks: [{ command: "echo x >> runs", type: "command" }] }] };
  const turned = {
    PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command: "echo x >> runs" }] }],
  };
  const config = readHooks(
    { files: [settingsFile({ hooks }, { scope: "project" }), settingsFile({ hooks: turned })] },
    [{ scope: "plugin", file: "/p", label: "Plugin p", isTrusted: true, hooks }],
  );
  const opened = hooksOf(config);
  await opened.fire("PreToolUse", CALL, NEVER);
  expect(readFileSync(join(opened.dir, "runs"), "utf8")).toBe("x\nx\n");
});

test("only what matches runs, and a rule decides for tool events", async () => {
  const hooks = {
    PreToolUse: [
      { matcher: "Write|Edit", hooks: [{ type: "command", command: "touch edit" }] },
      { matcher: "Ba.h", hooks: [{ type: "command", command: "touch bash", if: "Bash(git *)" }] },
      { hooks: [{ type: "command", command: "touch all" }] },
    ],
  };
  const asked: string[] = [];
  const opened = hooksOf(configOf(settingsFile({ hooks })), {
    fits: (rule, { name }) => {
      asked.push(`${name} ${rule}`);
      return false;
    },
  });
  await opened.fire("PreToolUse", CALL, NEVER);
  expect(asked).toEqual(["Bash Bash(git *)"]);
  expect(["edit", "bash", "all"].map((name) => existsSync(join(opened.dir, name)))).toEqual([
    false,
    false,
    true,
  ]);
});

test("texts over 10,000 characters go to a file of the owner's, and the model gets the head and the path", async () => {
  const long = "x".repeat(10_001);
  const hooks = hooksOf(
    handlers("UserPromptSubmit", { type: "command", command: `printf 'x%.0s' $(seq 10001)` }),
  );

  const [context = ""] = (await hooks.fire("UserPromptSubmit", {}, NEVER)).context;

  const path = /the whole text is in (.+)\]$/.exec(context)?.[1] ?? "";
  expect(context.length).toBeLessThan(3_000);
  expect(readFileSync(path, "utf8")).toBe(long);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a hook in the background is not waited for; with asyncRewake exit 2 is a word to the model", async () => {
  const woken: string[] = [];
  const hooks = hooksOf(
    handlers(
      "PostToolUse",
      { type: "command", command: "while [ ! -e go ]; do sleep 0.02; done; touch done; exit 2", async: true },
      {
        type: "command",
        command: "while [ ! -e go ]; do sleep 0.02; done; echo red >&2; exit 2",
        asyncRewake: true,
      },
    ),
    { onRewake: (text) => woken.push(text) },
  );

  expect(await hooks.fire("PostToolUse", CALL, NEVER)).toEqual(SILENCE);
  writeFileSync(join(hooks.dir, "go"), "");

  await until(() => woken.length > 0 && existsSync(join(hooks.dir, "done")));
  expect(woken).toEqual(["[User] red"]);
});

test("closing ends what runs in the background", async () => {
  const hooks = hooksOf(
    handlers("Stop", { type: "command", command: "touch begun; sleep 300", async: true }),
  );
  await hooks.fire("Stop", {}, NEVER);
  await until(() => existsSync(join(hooks.dir, "begun")));
  await hooks.close();
  expect(hooks.troubles).toEqual([expect.stringContaining("interrupted")]);
});

test("no hooks for an event: nothing is asked, started or written", async () => {
  let asked = 0;
  const hooks = hooksOf(handlers("Stop", saying({})), {
    common: () => {
      asked++;
      return Promise.resolve({});
    },
  });
  expect(hooks.has("PreToolUse")).toBe(false);
  expect(await hooks.fire("PreToolUse", CALL, NEVER)).toBe(SILENCE);
  expect(asked).toBe(0);
});

test("http: the payload is posted, headers take only variables that are allowed, and the answer counts", async () => {
  const { url, calls } = await answering(200, allowing("from afar"));
  const http = {
    type: "http",
    url,
    headers: { authorization: "Bearer $TOKEN", "x-other": "${SECRET}.", "x-third": "$LISTED" },
    allowedEnvVars: ["TOKEN", "LISTED"],
  };
  const config = configOf(
    settingsFile({
      hooks: { PreToolUse: [{ hooks: [http] }] },
      allowedHttpHookUrls: ["http://127.0.0.1:*/"],
      httpHookAllowedEnvVars: ["TOKEN"],
    }),
  );
  const hooks = hooksOf(config, { hostEnv: { TOKEN: "t1", SECRET: "s1", LISTED: "l1" } });

  expect((await hooks.fire("PreToolUse", CALL, NEVER)).context).toEqual(["[User] from afar"]);

  expect(calls[0]?.headers).toMatchObject({ authorization: "Bearer t1", "x-other": ".", "x-third": "" });
  expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
  });
});

test.each([
  [200, "", []],
  [200, "fine", ["answered something that is no JSON object"]],
  [200, "[1]", ["answered something that is no JSON object"]],
  [500, "{}", ["answered 500"]],
  [302, "{}", ["answered 302"]],
])("http: %i with the body '%s'", async (status, body, causes) => {
  const { url, calls } = await answering(status, body);
  const { problems } = await hooksOf(handlers("PreToolUse", { type: "http", url })).fire(
    "PreToolUse",
    CALL,
    NEVER,
  );
  expect(problems.map((problem) => problem.replace(/^.*http:\S+ /, ""))).toEqual(causes);
  expect(calls).toHaveLength(1);
});

test("http: an address that is not listed is not called", async () => {
  const { url, calls } = await answering(200, "");
  const hooks = { PreToolUse: [{ hooks: [{ type: "http", url }] }] };
  const config = configOf(settingsFile({ hooks, allowedHttpHookUrls: ["https://*.example.org/*"] }));
  const { problems } = await hooksOf(config).fire("PreToolUse", CALL, NEVER);
  expect(problems).toEqual([expect.stringContaining("is not in allowedHttpHookUrls")]);
  expect(calls).toEqual([]);
});

test("mcp_tool: the call gets fields of the payload, and its text is the answer", async () => {
  const called: unknown[] = [];
  const config = handlers("PreToolUse", {
    type: "mcp_tool",
    server: "scan",
    tool: "look",
    input: { what: "ran ${tool_input.command}${tool_input.nothing}", deep: [{ id: "${tool_use_id}" }] },
  });
  const hooks = hooksOf(config, {
    callTool: (call) => {
      called.push(call);
      return Promise.resolve({ text: allowing("scanned"), isError: false });
    },
  });
  expect((await hooks.fire("PreToolUse", CALL, NEVER)).context).toEqual(["[User] scanned"]);
  expect(called).toEqual([
    { server: "scan", tool: "look", input: { what: "ran ls", deep: [{ id: "toolu_1" }] } },
  ]);
});

test("prompt: the model is shown the event and its no refuses with the reason", async () => {
  const asked: string[] = [];
  const ask = (answer: string) => ({
    askModel: (prompt: string) => {
      asked.push(prompt);
      return Promise.resolve(answer);
    },
  });
  const prompt = handlers("PreToolUse", { type: "prompt", prompt: "Is it safe? $ARGUMENTS" });
  const no = hooksOf(prompt, ask('Sure:\n```json\n{"ok": false, "reason": "it deletes"}\n```'));
  expect(await no.fire("PreToolUse", CALL, NEVER)).toMatchObject({
    permission: "deny",
    block: "[User] it deletes",
  });
  expect(asked[0]).toContain('Is it safe? {"session_id":"s"');
  expect(await hooksOf(prompt, ask('{"ok": true}')).fire("PreToolUse", CALL, NEVER)).toEqual(SILENCE);
  expect((await hooksOf(prompt, ask("maybe")).fire("PreToolUse", CALL, NEVER)).problems).toHaveLength(1);

  const idle = { type: "prompt", prompt: "Is it done?" };
  const refusing = ask('{"ok": false, "reason": "not done"}');
  expect(
    await hooksOf(handlers("TeammateIdle", idle), refusing).fire("TeammateIdle", {}, NEVER),
  ).toMatchObject({
    stop: "[User] not done",
    block: undefined,
  });
  const goesOn = handlers("TeammateIdle", { ...idle, continueOnBlock: true });
  expect(await hooksOf(goesOn, refusing).fire("TeammateIdle", {}, NEVER)).toMatchObject({
    stop: undefined,
    block: "[User] not done",
  });
});
