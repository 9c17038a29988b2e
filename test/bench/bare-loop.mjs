// Baseline of P8: an agent loop on the same SDK with nothing around it. It keeps no transcript, asks no gate, has no
// team, validates no input, and runs the calls that touch files as Node's promises do them.
//   node bare-loop.mjs URL REQUEST.json
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Anthropic } from "@anthropic-ai/sdk";

const [url, path] = process.argv.slice(2);
const client = new Anthropic({ apiKey: "bench", baseURL: url });
const request = JSON.parse(await readFile(path, "utf8"));
const messages = request.messages;

async function run({ name, input }) {
  if (name === "Read") return readFile(input.file_path, "utf8");
  if (name === "Glob") return (await readdir(".")).join("\n");
  if (name !== "Write") return "done";
  await mkdir(dirname(input.file_path), { recursive: true });
  await writeFile(input.file_path, input.content);
  return "written";
}

for (;;) {
  const stream = client.beta.messages.stream({ ...request, messages });
  const { content } = await stream.finalMessage();
  messages.push({ role: "assistant", content });
  const calls = content.filter((block) => block.type === "tool_use");
  if (calls.length === 0) break;
  const results = calls.map(async (call) => ({
    type: "tool_result",
    tool_use_id: call.id,
    content: await run(call),
  }));
  messages.push({ role: "user", content: await Promise.all(results) });
}
