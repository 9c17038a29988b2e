const { openHost } = await import("/work/wt/perf/dist/bundle/host.js");
const { main } = await import("/work/wt/perf/dist/bundle/main.js");
const host = openHost("/work/wt/perf/bin/troupe.js", process.cwd(), process.env);
process.exitCode = await main(process.argv.slice(2), host);
