import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Host } from "../../base/host.ts";
import { readVersion } from "../version.ts";
import { checkDefinitions } from "./check-definitions.ts";
import type { Checked, Finding } from "./finding.ts";

const run = promisify(execFile);
/** A program that does not answer by then is told as such, in ms. */
const ANSWER_MS = 5_000;

/** Versions of what runs here, and the definitions of agents that count in this folder. */
export async function checkProgram(host: Host, signal: AbortSignal): Promise<Checked> {
  const [git, claude] = await Promise.all([
    versionOf("git", host, signal),
    versionOf("claude", host, signal),
  ]);
  const findings: Finding[] = [];
  if (git === undefined)
    findings.push({
      id: "DR001",
      area: "program",
      team: null,
      severity: "warning",
      details: [],
      fix: null,
      what: "git is not on PATH, or does not answer",
      why: "agents keep their work in git, and troupe demo needs it",
      do: "install git",
    });
  const definitions = await checkDefinitions(host);
  return {
    facts: [
      `troupe ${readVersion()}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
      git ?? "no git",
      claude === undefined ? "no claude on PATH (not needed)" : `claude ${claude}`,
      ...definitions.facts,
    ],
    findings: [...findings, ...definitions.findings],
  };
}

/** The first line of `--version`; undefined when there is none. */
async function versionOf(program: string, { env }: Host, signal: AbortSignal): Promise<string | undefined> {
  const options = { env: { PATH: env["PATH"] ?? "", HOME: env["HOME"] ?? "" }, signal, timeout: ANSWER_MS };
  try {
    const { stdout } = await run(program, ["--version"], options);
    return stdout.split("\n")[0]?.trim() ?? "";
  } catch (error) {
    signal.throwIfAborted();
    // Not there, not allowed, too slow, or unwilling: to us all the same.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
