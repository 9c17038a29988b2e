import { expect, test } from "vitest";
import { createLineReader } from "../../../src/mcp/line-reader.ts";
import { serverConfig, variablesOf } from "../../../src/mcp/server-config.ts";

test("variables are put into command, args, env, url and headers, once; what is not set stays and is said", () => {
  const env = { A: "1", NESTED: "${A}", EMPTY: "" };

  const { config, missing } = serverConfig(
    "s",
    { command: "${A}/x", args: ["${NESTED}", "${EMPTY:-d}", "${NONE:-}", "$A"], env: { T: "${NONE}" } },
    env,
  );

  expect(config.reach).toEqual({
    kind: "stdio",
    command: "1/x",
    args: ["${A}", "d", "", "$A"],
    env: { T: "${NONE}" },
  });
  expect(missing).toEqual(["NONE"]);
  expect(
    serverConfig("s", { type: "http", url: "http://${A}/", headers: { K: "b ${A}" } }, env).config.reach,
  ).toEqual({
    kind: "http",
    url: "http://1/",
    headers: { K: "b 1" },
  });
  expect(variablesOf({ command: "${A}", env: { T: "${B:-x}" } })).toEqual(["A", "B"]);
});

test("J7 lines come out whole whatever the pieces; what is too long is told once for each limit and kept at its ends only", () => {
  const seen: unknown[] = [];
  const reader = createLineReader(
    10,
    (line) => seen.push(line),
    (long) => seen.push(long ?? "more"),
  );

  for (const piece of ["ab", "c\nde\n", "\n", "0123456789ABC", "DEFGHIJKLMNOPQR", "STUVWXYZ\nend\n"])
    reader.add(Buffer.from(piece));

  expect(seen).toEqual([
    "abc",
    "de",
    "",
    "more",
    "more",
    { head: "0123456789ABC", tail: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    "end",
  ]);
});
