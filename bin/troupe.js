#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`troupe needs Node 20.19 or later; this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  const { openHost } = await import("../dist/base/host.js");
  const { main } = await import("../dist/cli/main.js");
  const host = openHost(import.meta.filename, process.cwd(), process.env);
  process.exitCode = await main(process.argv.slice(2), host);
}
