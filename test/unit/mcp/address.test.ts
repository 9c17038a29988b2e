import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isPrivateAddress } from "../../../src/mcp/address.ts";
import { guardedFetch } from "../../../src/mcp/guarded-fetch.ts";

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "100.100.100.200",
  "127.0.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "192.0.0.192",
  "168.63.129.16",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "fd00::1",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:a00:1",
  "::7f00:1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "nonsense",
])("L17 %s is refused", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])(
  "%s is open",
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);

async function serve(): Promise<{ readonly port: number; readonly asked: () => number }> {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end("hello");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

test("L17 only what says localhost, or is listed, leads to this machine; other spellings of it are refused", async () => {
  const { port, asked } = await serve();
  const plain = guardedFetch(new Set());
  const listed = guardedFetch(new Set(["2130706433.example"]));
  onTestFinished(() => {
    plain.close();
    listed.close();
  });

  expect(await (await plain.fetch(`http://localhost:${port}/`)).text()).toBe("hello");
  expect(await (await plain.fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello");
  for (const host of ["0.0.0.0", "[::ffff:10.0.0.1]", "0x0a.1", "167772161"])
    await expect(plain.fetch(`http://${host}:${port}/`)).rejects.toMatchObject({ code: "denied" });
  expect(asked()).toBe(2);
});

test.each(["ftp://example.org/", "http://user:secret@example.org/", "file:///etc/passwd", "http://a\0b/"])(
  "L18 %s is refused without its content",
  async (url) => {
    const { fetch, close } = guardedFetch(new Set());
    onTestFinished(close);

    const error: unknown = await fetch(url).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: "TroupeError" });
    expect(String(error)).not.toContain("secret");
  },
);
