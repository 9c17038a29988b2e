import { expect, test } from "vitest";
import { checkSandbox } from "../../../../src/cli/doctor/check-sandbox.ts";
import { HAS_BWRAP } from "../../../support/sandbox-world.ts";
import { tempFolder } from "../../../support/temp-folder.ts";

test.skipIf(!HAS_BWRAP)("doctor tries the sandbox, and says when it is turned off", async () => {
  const { facts, findings } = await checkSandbox({
    home: tempFolder(),
    env: { PATH: "/usr/bin:/bin", TROUPE_SANDBOX: "off" },
  });

  expect(facts[0]).toBe("TROUPE_SANDBOX is off: commands are not confined");
  expect(facts[1]).toMatch(/^bubblewrap confines the commands of agents \(tried in \d+ ms\)$/);
  expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual(
    process.getuid?.() === 0 ? ["DR061 note"] : [],
  );
});

test("doctor says why there can be no sandbox, and what to do", async () => {
  const { facts, findings } = await checkSandbox({ home: tempFolder(), env: { PATH: "" } }, []);

  expect(facts).toEqual(["commands of agents cannot be confined"]);
  expect(findings).toMatchObject([
    {
      id: "DR060",
      severity: "warning",
      what: "commands of agents cannot be confined: bubblewrap is not installed",
      do: "install it (Debian, Ubuntu: apt install bubblewrap)",
    },
  ]);
});
