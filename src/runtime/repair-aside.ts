import { join, relative } from "node:path";
import { readWhole, replaceFile } from "../base/atomic-file.ts";
import { isErrno } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import { sha256 } from "../store/body-of.ts";
import { ifAbsent } from "../store/files/log-place.ts";
import type { RepairPlace } from "./repair-finding.ts";

const KEPT_FILES = 20;
const KEPT_BYTES = 50 * 1024 * 1024;
/** `<path in the team's folder, - for />.<utc>.<first 8 digits of its sha256>`. */
const NAME = /^.+\.(\d{8}T\d{6}Z)\.[0-9a-f]{8}$/;

/**
 * Keeps what a bad file held under `corrupt/`, and answers where; undefined when it is gone. The file itself stays with
 * `keep`, for whoever is about to replace it whole. The last 20 files are kept, 50 MB in all. Source: faults.md §6.
 */
export async function setAside(
  { fs, paths, now }: RepairPlace,
  path: string,
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<string | undefined> {
  if (!(await fs.stat(path))) return undefined;
  await ifAbsent(() => fs.mkdir(paths.corrupt), paths.corrupt);
  const bytes = await readWhole(fs, path, KEPT_BYTES);
  const digits = bytes ? sha256(bytes).slice(0, 8) : "00000000";
  const prefix = `${relative(paths.root, path).replaceAll("/", "-")}.`;
  const known = ((await fs.list(paths.corrupt)) ?? []).find(
    (name) => name.startsWith(prefix) && name.endsWith(`.${digits}`) && NAME.test(name),
  );
  // A repair that was cut short has kept it already.
  const name = known ?? `${prefix}${utc(now())}.${digits}`;
  const target = join(paths.corrupt, name);
  if (!keep || !bytes) await fs.rename(path, target);
  else if (known === undefined) await replaceFile(fs, target, bytes);
  await prune(fs, paths.corrupt, name);
  return relative(paths.root, target);
}

/** `20261120T103102Z`. */
function utc(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** The newest stay; the one that was just put there in any case. */
async function prune(fs: Fs, folder: string, latest: string): Promise<void> {
  const names = ((await fs.list(folder)) ?? [])
    .flatMap((name) => {
      const at = NAME.exec(name)?.[1];
      return at === undefined || name === latest ? [] : [{ name, at }];
    })
    .toSorted((one, other) => (one.at < other.at ? 1 : -1));
  let bytes = (await fs.stat(join(folder, latest)))?.size ?? 0;
  for (const [index, { name }] of names.entries()) {
    const path = join(folder, name);
    bytes += (await fs.stat(path))?.size ?? 0;
    if (index + 1 < KEPT_FILES && bytes <= KEPT_BYTES) continue;
    try {
      await fs.unlink(path);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    }
  }
}
