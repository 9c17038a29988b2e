import { expect, test } from "vitest";
import { echoTool, runLoop } from "../../support/agent-loop.ts";
import { says, sseServer } from "../../support/agent-sse-server.ts";

const call = (tool: string, text: string) => ({ tool, id: text, json: JSON.stringify({ text }) });

test("a tool that came during a turn is offered and can be called with the next model call", async () => {
  const server = await sseServer(says([call("Echo", "first")]), says([call("Late", "second")]), says(["ok"]));
  const calls: string[] = [];
  const late = { ...echoTool(calls), name: "Late" };

  const { turns } = await runLoop(server, {
    tools: () => (calls.length === 0 ? [echoTool(calls)] : [echoTool(calls), late]),
  });

  expect(server.requests.map((request) => request.tools?.map(({ name }) => name))).toEqual([
    ["Echo"],
    ["Echo", "Late"],
    ["Echo", "Late"],
  ]);
  expect(calls).toEqual(["first", "second"]);
  expect(JSON.stringify(turns)).not.toContain("There is no tool");
});
