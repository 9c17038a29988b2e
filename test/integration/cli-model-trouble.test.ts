import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { RunEndOutput } from "../../src/cli/output.ts";
import { cliDesk } from "../support/cli-process.ts";
import { matching } from "../support/cli-world.ts";

/** A server that is no model; answers its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each<[string, number, RequestListener, RegExp]>([
  [
    "answers HTML",
    8,
    (_, answer) => answer.setHeader("content-type", "text/html").end("<html><body>Welcome</body></html>"),
    /http:\/\/127\.0\.0\.1:\d+\S* answered 200 with text\/html/,
  ],
  [
    "refuses the key",
    4,
    (_, answer) =>
      answer
        .writeHead(401, { "content-type": "application/json" })
        .end('{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}'),
    /http:\/\/127\.0\.0\.1:\d+ refused the credentials: 401 invalid x-api-key/,
  ],
])("a run whose model server %s ends with %i and says which server", async (_, exit, listener, words) => {
  const one = await cliDesk();
  const url = await serve(listener);

  const run = one.start(["run", "-p", "Say hello", "--size", "1", "--json", "--timeout", "15s"], {
    ANTHROPIC_BASE_URL: url,
  });

  expect(await run.ended).toBe(exit);
  const end = RunEndOutput.parse(JSON.parse(run.stdout().trimEnd().split("\n").at(-1) ?? ""));
  expect(end).toMatchObject({ exit, reason: "failed", text: matching(words) });
});
