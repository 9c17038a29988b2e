import { spawn } from "node:child_process";
import type { Sandbox } from "../../base/sandbox.ts";
import type { NoWall } from "./policy.ts";
import { whyNoSandbox } from "./why-no-sandbox.ts";

/** The longest that the first confined program may take. */
const PROBE_MS = 10_000;

/** Confines a program that does nothing; undefined when it could. */
export async function troubleOf(
  sandbox: Sandbox,
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<NoWall | undefined> {
  const said = await tryOut(sandbox, dir, env);
  return said === undefined ? undefined : whyNoSandbox(said);
}

/** What bwrap said when it could not. */
async function tryOut(
  sandbox: Sandbox,
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { argv, descriptors, release, ...confined } = await sandbox.confine({
    argv: ["/bin/sh", "-c", ":"],
    dir,
    env,
  });
  const [program, ...args] = argv;
  try {
    const child = spawn(program, args, {
      cwd: confined.dir,
      env: { ...confined.env },
      stdio: ["ignore", "ignore", "pipe", ...descriptors],
      timeout: PROBE_MS,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stderr?.on("data", (bytes: Buffer) => {
      said = (said + bytes.toString("utf8")).slice(-4_000);
    });
    return await new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => {
        const why = said === "" ? `it ended with ${signal ?? code}` : said;
        resolve(code === 0 ? undefined : why);
      });
    });
  } finally {
    await release();
  }
}
