import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PACKAGE_FOLDER, packageVersion } from "../../../src/base/package-version.ts";

test("the version is that of package.json", () => {
  const content = readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8");

  expect(content).toContain(`"version": "${packageVersion()}"`);
});
