import { expect, test } from "vitest";
import { isExcluded } from "../../../src/runtime/sandbox-excluded.ts";

test.each([
  ["docker ps", ["docker *"], true],
  ["docker", ["docker *"], true],
  ["dockerx", ["docker *"], false],
  ["docker ps && rm -rf /", ["docker *"], false],
  ["docker run $(id)", ["docker *"], false],
  ["docker ps\nrm x", ["docker *"], false],
  ["npm run test:unit", ["npm run test:unit"], true],
  ["npm run test", ["npm run:*"], true],
  ["anything", ["*", ""], false],
])("%s is excluded by %j: %s", (command, patterns, answer) => {
  expect(isExcluded(command, patterns)).toBe(answer);
});
