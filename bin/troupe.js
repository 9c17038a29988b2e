#!/usr/bin/env node
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`troupe needs Node 20.19 or later; this is ${process.version}.\n`);
  process.exitCode = 1;
} else {
  // From Node 22.1 on, what was compiled once is kept.
  require("node:module").enableCompileCache?.();
  const { openHost } = require("../dist/bundle/host.cjs");
  const { main } = require("../dist/bundle/main.cjs");
  const host = openHost(__filename, process.cwd(), process.env);
  const run = async () => {
    process.exitCode = await main(process.argv.slice(2), host);
  };
  void run();
}
