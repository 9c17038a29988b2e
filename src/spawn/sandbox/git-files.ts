import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isErrno } from "../../base/errors.ts";

/** What git takes from the hidden home folder: who commits, and nothing that could be a secret. */
const IDENTITY =
  "^(user\\.(name|email)|init\\.defaultbranch|core\\.(autocrlf|eol|safecrlf|quotepath)|safe\\.directory)$";

/** The files that git finds in the hidden home folder. `env`: of the programs that will be confined. `stubs`: names that may stand in a work folder for a while. */
export async function gitFiles(
  home: string,
  env: Readonly<Record<string, string>>,
  stubs: readonly string[],
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  return [
    { path: join(home, ".gitconfig"), text: await gitIdentity(env) },
    { path: join(home, ".config/git/ignore"), text: gitIgnore(home, stubs) },
  ];
}

/** A `.gitconfig` for the inside. */
async function gitIdentity(env: Readonly<Record<string, string>>): Promise<string> {
  const pairs = await globalConfig(env);
  return pairs
    .map(([name, value]) => {
      const dot = name.lastIndexOf(".");
      return `[${name.slice(0, dot)}]\n\t${name.slice(dot + 1)} = ${quoted(value)}\n`;
    })
    .join("");
}

async function globalConfig(
  env: Readonly<Record<string, string>>,
): Promise<readonly (readonly [string, string])[]> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["config", "--global", "-z", "--get-regexp", IDENTITY],
      {
        env: { ...env },
        cwd: "/",
        timeout: 5_000,
      },
    );
    return stdout.split("\0").flatMap((pair) => {
      const end = pair.indexOf("\n");
      return end < 0 ? [] : [[pair.slice(0, end), pair.slice(end + 1)] as const];
    });
  } catch (error) {
    // No git, no such file, nothing in it: then git inside asks for a name, as it does anywhere.
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

/** A global ignore file for the inside: the user's own, and the stubs, which `git add --all` would commit. */
function gitIgnore(home: string, stubs: readonly string[]): string {
  return `${ownIgnore(join(home, ".config/git/ignore"))}${stubs.map((name) => `/${name}\n`).join("")}`;
}

function ownIgnore(path: string): string {
  try {
    const text = readFileSync(path, "utf8");
    return text.endsWith("\n") || text === "" ? text : `${text}\n`;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EISDIR")) return "";
    throw error;
  }
}
