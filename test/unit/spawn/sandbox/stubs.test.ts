import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStubs } from "../../../../src/spawn/sandbox/stubs.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

test.skipIf(process.getuid?.() === 0)(
  "a stub whose folder does not let it go is taken away by a later sweep, with the folder it stands in",
  async () => {
    const dir = tempFolder();
    const outer = join(dir, "outer");
    const inner = join(dir, "work", ".claude");
    mkdirSync(join(dir, "work"));
    const stubs = openStubs(join(dir, "state"), "work");
    const use = await stubs.enter();
    use.make({ path: outer, content: undefined });
    use.make({ path: inner, content: undefined });
    use.make({ path: join(inner, "settings.json"), content: "{}\n" });
    chmodSync(inner, 0o555);

    await use.leave();
    expect([existsSync(outer), existsSync(join(inner, "settings.json"))]).toEqual([false, true]);
    chmodSync(inner, 0o755);
    await stubs.sweep();

    expect(existsSync(inner)).toBe(false);
  },
);
