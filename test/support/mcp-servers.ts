import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { noSandbox } from "../../src/base/sandbox.ts";
import { connect } from "../../src/mcp/connect.ts";
import { openServer, type Server, type ServerDeps } from "../../src/mcp/server.ts";
import { type ServerEntry, serverConfig } from "../../src/mcp/server-config.ts";
import { watchLeaks } from "./leaks.ts";
import { tempFolder } from "./temp-folder.ts";
import { until } from "./until.ts";

const require = createRequire(import.meta.url);
const EVERYTHING = require.resolve("@modelcontextprotocol/server-everything/dist/index.js");
const FILESYSTEM = require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");
const HOSTILE = join(import.meta.dirname, "../fixtures/mcp-hostile.mjs");

/** Entries of `mcpServers` for servers that the tests start. */
export const everything: ServerEntry = { command: process.execPath, args: [EVERYTHING, "stdio"] };

export function filesystem(folder: string): ServerEntry {
  return { command: process.execPath, args: [FILESYSTEM, folder] };
}

export function hostile(how: string, ...rest: readonly string[]): ServerEntry {
  return { command: process.execPath, args: [HOSTILE, how, ...rest] };
}

/** The real server over HTTP; answers its URL. Ended with the test. */
export async function everythingOnPort(kind: "streamableHttp" | "sse"): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [EVERYTHING, kind], {
    env: { PORT: String(port), PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => endProcess(child));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes(`port ${port}`), { within: 15_000, what: "the server listens" });
  return `http://localhost:${port}/${kind === "sse" ? "sse" : "mcp"}`;
}

async function endProcess(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await until(() => child.exitCode !== null || child.signalCode !== null);
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export interface ServerHere {
  readonly server: Server;
  readonly log: () => string;
  readonly dir: string;
  /** TROUPE_CONNECTOR of its processes. */
  readonly tag: string;
}

let tags = 0;

/** A server as an agent has it; closed with the test, and a process that it leaves behind fails the test. */
export function serverHere(
  entry: ServerEntry,
  deps: Partial<ServerDeps> = {},
  variables: Readonly<Record<string, string>> = {},
): ServerHere {
  const dir = tempFolder();
  const TROUPE_TEST_ID = watchLeaks(dir);
  const tag = `${process.pid}-${++tags}`;
  let said = "";
  const { config } = serverConfig("toy", entry, variables);
  const server = openServer(config, {
    around: {
      dir,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, TROUPE_TEST_ID },
      tag: { TROUPE_CONNECTOR: tag },
      confine: noSandbox().confine,
      hosts: new Set(),
      log: (text) => {
        said += `${text}\n`;
      },
    },
    clock: () => performance.now(),
    connect,
    limits: { backoffMs: 10 },
    ...deps,
  });
  onTestFinished(server.close);
  return { server, dir, tag, log: () => said };
}
