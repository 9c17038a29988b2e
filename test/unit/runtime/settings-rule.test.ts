import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { addRule } from "../../../src/runtime/settings-rule.ts";
import { settingsWorld } from "../../support/settings-world.ts";

const Written = z.looseObject({ permissions: z.looseObject({ allow: z.array(z.string()) }) });
const local = ".claude/settings.local.json";

test("the first rule makes the file, for nobody else to read", async () => {
  const { host, project } = settingsWorld();
  mkdirSync(join(project, "packages/a"), { recursive: true });

  const path = await addRule(host, join(project, "packages/a"), "Bash(npm test)", "allow");

  expect(path).toBe(join(project, local));
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ permissions: { allow: ["Bash(npm test)"] } });
  expect(lstatSync(path).mode & 0o777).toBe(0o600);
});

test("everything else in the file stays byte for byte", async () => {
  const { host, project, put } = settingsWorld();
  const before =
    '{\n\t"zeta" : 1e400,\n\t"10": "ten",\n\t"permissions": {\n\t\t"deny": ["Read(.env)"],\n\t\t"allow": [\n\t\t\t"Bash(ls)"\n\t\t]\n\t},\n\t"alpha": {"é": "\\u00e9"}\n}\n';
  const path = put(join(project, local), before);

  await addRule(host, project, 'Bash(echo "hi")', "allow");
  await addRule(host, project, "Read(**/*.pem)", "deny");
  await addRule(host, project, "WebFetch", "ask");

  expect(readFileSync(path, "utf8")).toBe(
    before
      .replace('"Bash(ls)"', '"Bash(ls)",\n\t\t\t"Bash(echo \\"hi\\")"')
      .replace('["Read(.env)"]', '["Read(.env)", "Read(**/*.pem)"]')
      .replace("\n\t\t]\n\t}", '\n\t\t],\n\t\t"ask": ["WebFetch"]\n\t}'),
  );
});

test("a rule that stands there already is not written again", async () => {
  const { host, project, put } = settingsWorld();
  const path = put(join(project, local), '{"permissions":{"allow":["Bash"]}}');
  const { ino } = lstatSync(path);

  await addRule(host, project, "Bash", "allow");

  expect(lstatSync(path).ino).toBe(ino);
});

test("D4 whatever a settings file holds, a rule is added and nothing is lost", async () => {
  const { host, project, put } = settingsWorld();
  const rule = fc.string({ minLength: 1 }).filter((text) => !/\p{Cc}/u.test(text) && text.trim() !== "");
  const lists = fc.record({ allow: fc.array(rule), deny: fc.array(rule) }, { requiredKeys: [] });
  const files = fc.tuple(
    fc.dictionary(
      fc.string({ maxLength: 5 }).map((key) => `x${key}`),
      fc.jsonValue({ maxDepth: 2 }),
    ),
    fc.option(lists, { nil: undefined }),
    fc.constantFrom(undefined, 2, "\t"),
  );

  await fc.assert(
    fc.asyncProperty(files, rule, async ([rest, permissions, indent], added) => {
      const content = { ...rest, ...(permissions === undefined ? {} : { permissions }) };
      const path = put(join(project, local), JSON.stringify(content, null, indent));

      await addRule(host, project, added, "allow");

      const allow = [
        ...new Set([...(permissions?.allow ?? []), ...(permissions?.allow?.includes(added) ? [] : [added])]),
      ];
      const after = Written.parse(JSON.parse(readFileSync(path, "utf8")));
      expect([...new Set(after.permissions.allow)]).toEqual(allow);
      expect({ ...after, permissions: { ...after.permissions, allow: [] } }).toEqual({
        ...JSON.parse(JSON.stringify(content)),
        permissions: { ...permissions, allow: [] },
      });
    }),
    { numRuns: 60 },
  );
});

test("rules that come at the same time are all there", async () => {
  const { host, project } = settingsWorld();
  const rules = Array.from({ length: 8 }, (_, number) => `Bash(${number})`);

  const [path = ""] = await Promise.all(rules.map((rule) => addRule(host, project, rule, "allow")));

  const { permissions } = Written.parse(JSON.parse(readFileSync(path, "utf8")));
  expect(permissions.allow.toSorted()).toEqual(rules);
  expect(readdirSync(join(project, ".claude"))).toEqual(["settings.local.json"]);
});

test("a file that does not parse is refused with its line and stays as it is", async () => {
  const { host, project, put } = settingsWorld();
  const path = put(join(project, local), '{\n"permissions": {"deny": ["a"]');

  const refused = addRule(host, project, "Bash", "allow");

  await expect(refused).rejects.toMatchObject({ code: "bad_settings" });
  await expect(refused).rejects.toThrow(`${path}:2`);
  expect(readFileSync(path, "utf8")).toBe('{\n"permissions": {"deny": ["a"]');
});

test.each([
  ["the file", (project: string) => symlinkSync("../elsewhere.json", join(project, local))],
  ["its folder", (project: string) => symlinkSync("elsewhere", join(project, ".claude"))],
])("a link in the place of %s is refused", async (what, link) => {
  const { host, project, put } = settingsWorld();
  const target = put(join(project, "elsewhere.json"), "{}");
  mkdirSync(join(project, "elsewhere"));
  if (what === "the file") mkdirSync(join(project, ".claude"));
  link(project);

  await expect(addRule(host, project, "Bash", "allow")).rejects.toMatchObject({ code: "bad_settings" });
  expect(readFileSync(target, "utf8")).toBe("{}");
  expect(readdirSync(join(project, "elsewhere"))).toEqual([]);
});

test("a rule with a line break is none", async () => {
  const { host, project } = settingsWorld();

  await expect(addRule(host, project, "Bash(a)\nBash", "allow")).rejects.toMatchObject({ code: "usage" });
});
