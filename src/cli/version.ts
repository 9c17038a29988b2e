import { PACKAGE_FOLDER as FOLDER, packageVersion } from "../base/package-version.ts";

/** The folder of the package. */
export const PACKAGE_FOLDER = FOLDER;

/** troupe's own version. */
export function readVersion(): string {
  return packageVersion();
}
