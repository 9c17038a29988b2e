import { type LookupAddress, lookup } from "node:dns";
import { Agent, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure, Agent as SecureAgent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { TroupeError } from "../base/errors.ts";
import { bareHost, isLoopbackHost, isPrivateAddress } from "./address.ts";

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface GuardedFetch {
  readonly fetch: Fetch;
  /** Closes what is still open. */
  readonly close: () => void;
}

/** What one answer, or one event of a stream, may have. Source: faults.md J7. */
const MOST_BYTES = 10 * 1024 * 1024;
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` for one server, as far as the MCP SDK needs one. The address is judged when the connection is made, and the
 * judged one is dialled: a name that leads to this machine or its network is refused, unless `hosts` lists it or the
 * URL itself says `localhost`. No proxy, no credentials in the URL, redirects are left to the caller (faults.md L17, L18).
 */
export function guardedFetch(hosts: ReadonlySet<string>): GuardedFetch {
  const agents = { plain: new Agent({ keepAlive: true }), secure: new SecureAgent({ keepAlive: true }) };
  return {
    fetch: async (url, init = {}) => {
      const target = checkedUrl(url);
      const host = bareHost(target.hostname);
      const isListed = hosts.has(host) || isLoopbackHost(host);
      if (!isListed && isIP(host) !== 0 && isPrivateAddress(host)) throw refusal(host, host);
      const options = {
        method: init.method ?? "GET",
        headers: Object.fromEntries(new Headers(init.headers)),
        lookup: isListed ? lookup : judgedLookup,
        ...(init.signal ? { signal: init.signal } : {}),
      };
      return new Promise((resolve, reject) => {
        const sent =
          target.protocol === "https:"
            ? requestSecure(target, { ...options, agent: agents.secure })
            : requestPlain(target, { ...options, agent: agents.plain });
        sent.once("response", (incoming) => resolve(responseOf(incoming)));
        sent.once("error", reject);
        sent.end(typeof init.body === "string" ? init.body : undefined);
      });
    },
    close: () => {
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}

function checkedUrl(url: string | URL): URL {
  if (!URL.canParse(String(url))) throw new TroupeError("failed", "the url is not valid");
  const target = new URL(url);
  if (target.protocol !== "http:" && target.protocol !== "https:")
    throw new TroupeError(
      "failed",
      `the url begins with ${target.protocol}; only http: and https: are spoken`,
    );
  if (target.username !== "" || target.password !== "")
    throw new TroupeError("failed", "the url holds credentials", {
      hint: "put them into headers, as ${VAR}",
    });
  return target;
}

const judgedLookup: LookupFunction = (host, options, done) => {
  lookup(host, { ...options, all: true }, (error, addresses: readonly LookupAddress[]) => {
    if (error !== null) {
      done(error, "", 0);
      return;
    }
    const open = addresses.filter(({ address }) => !isPrivateAddress(address));
    const [first] = open;
    if (first === undefined) done(refusal(host, addresses[0]?.address ?? "nothing"), "", 0);
    else if (options.all === true) done(null, [...open]);
    else done(null, first.address, first.family);
  });
};

function refusal(host: string, address: string): TroupeError {
  const what = host === address ? host : `${host} leads to ${address}, which`;
  return new TroupeError("denied", `${what} is an address of this machine or its network`, {
    hint: "if you mean it, list the host in TROUPE_ALLOW_HOSTS",
  });
}

function responseOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  if (!NO_BODY.has(status)) return new Response(bodyOf(incoming), { status, headers });
  incoming.resume();
  return new Response(null, { status, headers });
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const isStream = incoming.headers["content-type"]?.startsWith("text/event-stream") === true;
  let size = 0;
  let isOver = false;
  return new ReadableStream<Uint8Array>({
    start: (body) => {
      const end = (error?: Error): void => {
        if (isOver) return;
        isOver = true;
        if (error === undefined) body.close();
        else body.error(error);
      };
      incoming.on("data", (chunk: Buffer) => {
        if (isOver) return;
        const blank = isStream ? endOfEvent(chunk) : -1;
        size = blank === -1 ? size + chunk.length : chunk.length - blank;
        if (size > MOST_BYTES) {
          end(new Error(`the answer was longer than ${MOST_BYTES} bytes`));
          incoming.destroy();
          return;
        }
        body.enqueue(chunk);
        if ((body.desiredSize ?? 0) <= 0) incoming.pause();
      });
      incoming.once("end", () => end());
      incoming.once("error", end);
      incoming.once("close", () => end(new Error("the connection broke off")));
    },
    pull: () => {
      incoming.resume();
    },
    cancel: () => {
      isOver = true;
      incoming.destroy();
    },
  });
}

/** Where the last blank line of a chunk of an event stream lies; -1 without one. */
function endOfEvent(chunk: Buffer): number {
  return Math.max(chunk.lastIndexOf("\n\n"), chunk.lastIndexOf("\n\r\n"));
}
