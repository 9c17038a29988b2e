import { TroupeError } from "../../base/errors.ts";
import type { Host } from "../../base/host.ts";
import { findModelSource, type ModelSource } from "../../runtime/model-source.ts";
import { serverFacts } from "../../runtime/server-facts.ts";
import type { Checked, Finding } from "./finding.ts";

/** A server that does not answer by then is not reachable, in ms. */
const ANSWER_MS = 3_000;

/** Where the model comes from: never the value of a key. A server that was named is asked whether it is there. */
export async function checkModel(host: Host, signal: AbortSignal): Promise<Checked> {
  let source: ModelSource;
  try {
    source = await findModelSource(host);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    const finding: Finding = {
      id: "DR030",
      area: "model",
      team: null,
      severity: "warning",
      details: [],
      fix: null,
      what: error.message,
      why: "agents cannot work without a model; people and scripts can",
      do: error.hint ?? "set ANTHROPIC_API_KEY",
    };
    return { facts: ["no model source"], findings: [finding] };
  }
  const fact = `model source: ${source.found}`;
  if (source.baseUrl === null) return { facts: [fact], findings: [] };
  const trouble = await whyUnreachable(source.baseUrl, signal);
  if (trouble === undefined)
    return {
      facts: [fact, `${source.baseUrl} answers`, await abilities(host, source, signal)],
      findings: [],
    };
  const finding: Finding = {
    id: "DR031",
    area: "model",
    team: null,
    severity: "warning",
    details: [],
    fix: null,
    what: `${source.baseUrl} ${trouble}`,
    why: "ANTHROPIC_BASE_URL names it, so every model call goes there",
    do: "start that server, or correct ANTHROPIC_BASE_URL (without /v1)",
  };
  return { facts: [fact], findings: [finding] };
}

/** What a server of one's own can do, and when that was found out. Anthropic's API is asked nothing: it can do all. */
async function abilities(host: Host, source: ModelSource, signal: AbortSignal): Promise<string> {
  const { facts, at } = await serverFacts(host, source, signal);
  const { model, streams, tools, cache, counts, summaries, window } = facts;
  if (streams !== true) return `${model}: no answer that could be read, so it is not known what it can do`;
  const words = [
    `tools ${YES[String(tools)]}`,
    `prompt cache ${YES[String(cache)]}`,
    `counts tokens ${counts === false ? "no (~ 4 bytes each)" : YES[String(counts)]}`,
    `summaries of its own ${YES[String(summaries)]}`,
    `window ${window ?? "not known"}`,
  ];
  return `${model}: ${words.join(", ")} (asked ${at.slice(0, 10)})`;
}

const YES: Readonly<Record<string, string>> = { true: "yes", false: "no", null: "not known" };

/** Any JSON answer will do: keys are not sent, so 401 is as good as a list. */
async function whyUnreachable(baseUrl: string, signal: AbortSignal): Promise<string | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    const answer = await fetch(`${baseUrl}/v1/models`, { signal: limit, redirect: "manual" });
    await answer.body?.cancel();
    const type = answer.headers.get("content-type") ?? "no content type";
    return /json/i.test(type) ? undefined : `answers ${answer.status} with ${type}, not with JSON`;
  } catch (error) {
    signal.throwIfAborted();
    // fetch has one error for everything that keeps an answer away: a TypeError, or the time limit's.
    if (error instanceof Error) return `does not answer (${causeOf(error)})`;
    throw error;
  }
}

function causeOf(error: Error): string {
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
