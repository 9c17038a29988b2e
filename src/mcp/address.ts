import { BlockList, isIP } from "node:net";

/** Networks that a name on the internet must not lead to. Source: security.md §7. */
const PRIVATE_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "192.0.0.192/32",
  "168.63.129.16/32",
  "224.0.0.0/4",
  "255.255.255.255/32",
] as const;
const PRIVATE_6 = ["::/128", "::1/128", "fe80::/10", "fc00::/7", "ff00::/8"] as const;

const refused = new BlockList();
for (const network of PRIVATE_4) addNetwork(network, "ipv4");
for (const network of PRIVATE_6) addNetwork(network, "ipv6");

function addNetwork(network: string, family: "ipv4" | "ipv6"): void {
  const [address = "", prefix = ""] = network.split("/");
  refused.addSubnet(address, Number(prefix), family);
}

/** True for an address of this machine, its network or nobody; also where IPv6 carries such an IPv4 address. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return refused.check(address, "ipv4");
  // What is no address can be judged by nobody.
  if (family !== 6) return true;
  const carried = carriedAddress(address);
  if (carried !== undefined) return refused.check(carried, "ipv4");
  return refused.check(address, "ipv6");
}

/** True for what a URL names as this very machine: a word of the person who wrote the configuration, not of a name server. */
export function isLoopbackHost(host: string): boolean {
  const name = bareHost(host);
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** A host of a URL without brackets and trailing dot, in lower case. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

/** The first groups of the forms of IPv6 that carry an IPv4 address, and where in them it stands. */
const CARRIERS: readonly { readonly start: readonly number[]; readonly at: number }[] = [
  { start: [0x2002], at: 1 },
  { start: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { start: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { start: [0, 0, 0, 0, 0, 0], at: 6 },
];

/** The IPv4 address inside of a 6to4, NAT64, mapped or compatible one; `::` and `::1` are what they are. */
function carriedAddress(address: string): string | undefined {
  const groups = groupsOf(address);
  if (groups.slice(0, 7).every((group) => group === 0)) return undefined;
  const carrier = CARRIERS.find(({ start }) => start.every((group, index) => groups[index] === group));
  return carrier && dotted(groups[carrier.at] ?? 0, groups[carrier.at + 1] ?? 0);
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const plain = address
    .replace(/%.*$/, "")
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
      const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
      return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    });
  const [left = "", right] = plain.split("::");
  const before = numbers(left);
  const behind = right === undefined ? [] : numbers(right);
  const gap = right === undefined ? 0 : 8 - before.length - behind.length;
  return [...before, ...Array.from({ length: gap }, () => 0), ...behind];
}

function numbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
