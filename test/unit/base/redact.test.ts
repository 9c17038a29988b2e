import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRedactor, HIDDEN, secretsIn } from "../../../src/base/redact.ts";

const { hide } = createRedactor([]);

const b64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N";

test.each([
  ["key sk-ant-api03-AbCdEf0123456789_-x.", `key ${HIDDEN}.`],
  ["ghp_0123456789abcdefghijABCDEFGHIJ012345", HIDDEN],
  ["github_pat_11ABCDEFG0abcdefghijkl_mnop", HIDDEN],
  ["AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE", `${HIDDEN} and ${HIDDEN}`],
  [`token=${jwt}&x=1`, `token=${HIDDEN}&x=1`],
  ["Authorization: Bearer abcdefgh1234 next", `Authorization: Bearer ${HIDDEN} next`],
  [`curl -H "authorization: Basic YWRhOmh1bnRlcg==" u`, `curl -H "authorization: Basic ${HIDDEN}" u`],
  [String.raw`{\"x-api-key\": \"abcdefgh1234\"}`, String.raw`{\"x-api-key\": \"` + HIDDEN + String.raw`\"}`],
  ["https://ada:hunter2@example.com/x", `https://ada:${HIDDEN}@example.com/x`],
  [`a\n-----BEGIN RSA PRIVATE KEY-----\n${b64}\n${b64}\n-----END RSA PRIVATE KEY-----\nb`, `a\n${HIDDEN}\nb`],
  [`a -----BEGIN PRIVATE KEY-----\\n${b64}\\n${b64}`, `a ${HIDDEN}`],
])("L7 %j loses its secret and nothing else", (text, expected) => {
  expect(hide(text)).toBe(expected);
});

test.each([
  "the task-list of sk-learn, and risk-free",
  "Authorization: see below",
  "a key is what -----BEGIN PRIVATE KEY----- begins, says the manual",
  "https://example.com:8080/path@2",
  "git@github.com:a/b.git",
  "toolu_01A09q90qw90lq917835lq9 msg_0123",
  "5f2b1c7e8d9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c",
])("%j holds no secret and stays as it is, but for a key's own header", (text) => {
  expect(hide(text)).toBe(text.replace("-----BEGIN PRIVATE KEY-----", HIDDEN));
});

test("L7 known values go in every form in which they stand in a text", () => {
  const { hide: own, add } = createRedactor(["correct horse battery", 'a"b\\c"d-0123456789']);
  add(["later-value-1"]);

  expect(own("x=correct horse battery;")).toBe(`x=${HIDDEN};`);
  expect(own("?q=correct%20horse%20battery")).toBe(`?q=${HIDDEN}`);
  expect(own(JSON.stringify({ k: 'a"b\\c"d-0123456789' }))).toBe(`{"k":"${HIDDEN}"}`);
  expect(own("later-value-1")).toBe(HIDDEN);
});

test("a word, a number or a path is not hidden because a variable with a telling name holds it", () => {
  const { hide: own } = createRedactor(["postgres", "12345678", "/home/ada/keys/id_ed25519", "short"]);
  const text = "postgres 12345678 /home/ada/keys/id_ed25519 short";

  expect(own(text)).toBe(text);
});

test("L7 names of variables tell which values are secret", () => {
  const secret = {
    ANTHROPIC_API_KEY: "1",
    ANTHROPIC_AUTH_TOKEN: "2",
    DB_PASSWORD: "3",
    AWS_SECRET_ACCESS_KEY: "4",
    GH_PAT: "5",
    npm_config__auth: "6",
    "X-Token": "7",
    KEY2: "8",
  };
  const plain = {
    SSH_AUTH_SOCK: "x",
    KEY_FILE: "x",
    AWS_ACCESS_KEY_ID: "x",
    MONKEY: "x",
    MAX_TOKENS: "x",
    PUBLIC_KEY: "x",
  };

  expect(secretsIn({ ...secret, ...plain, TOKEN: undefined })).toEqual(Object.values(secret));
});

test("a value is looked through whole, keys too, and comes back itself when there was nothing", () => {
  const clean = { a: ["x", { b: 1, c: null }], d: true };
  const key = "sk-0123456789abcdef0";

  expect(createRedactor([]).hideIn(clean)).toBe(clean);
  expect(createRedactor([]).hideIn({ [key]: [key, { x: key }] })).toEqual({
    [HIDDEN]: [HIDDEN, { x: HIDDEN }],
  });
  expect(createRedactor([]).hideIn({ kept: true, key }, (part) => "kept" in part)).toEqual({
    kept: true,
    key,
  });
});

const STARTS = [
  "sk-",
  "ghp_",
  "eyJ",
  "AKIA",
  "Authorization: ",
  "Bearer ",
  "://",
  "-----BEGIN PRIVATE KEY-----",
];
const ENDS = ["-----END PRIVATE KEY-----", ".", ":", "@", "\n", "\\n", '"', " ", b64, "AAAABBBBCCCCDDDD1234"];
const PIECES = [...STARTS, ...ENDS, HIDDEN, "‹", "›"];
const parts = fc.oneof(fc.string(), fc.constantFrom(...PIECES));
const texts = fc.array(parts, { maxLength: 20 }).map((list) => list.join(""));
const secrets = fc.array(
  fc.oneof(fc.string({ minLength: 8, maxLength: 24 }), fc.constantFrom("AAAA1BBB", "key›‹key1")),
  { maxLength: 5 },
);

test("L7 any text, any secrets: it comes back, twice is the same as once, and no secret is left", () => {
  fc.assert(
    fc.property(texts, secrets, (text, known) => {
      const { hide: own } = createRedactor(known);
      const spiked = known.reduce(
        (rest, secret, at) => rest.slice(0, at * 7) + secret + rest.slice(at * 7),
        text,
      );
      const hidden = own(spiked);

      expect(own(hidden)).toBe(hidden);
      for (const secret of known.map((one) => one.trim())) {
        const isSure =
          secret.length >= 16 && !/[‹›]/.test(secret) && !secret.startsWith("/") && !secret.startsWith("~");
        expect(isSure && hidden.includes(secret)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

/** CPU time of one call, in microseconds. */
function time(text: string): number {
  const start = process.cpuUsage();
  hide(text);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

test("L25 the time grows with the length of the text, whatever it is made of", () => {
  const pieces = [
    "sk-",
    "eyJ",
    "eyJaaaaaaaa.",
    "-----BEGIN PRIVATE KEY-----",
    "authorization:",
    "://a:",
    "a:b@",
    "AKIA",
    "x",
  ];
  for (const piece of pieces) {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    time(text);

    // A square of this length would take minutes.
    expect(time(text)).toBeLessThan(2_000_000);
  }
});
