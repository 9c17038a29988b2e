/** What stands in the place of a secret. Shorter than any value that is taken for one. */
export const HIDDEN = "‹key›";

/** Shorter values, and those below the second length without a letter or a digit, are ordinary words and numbers: hiding them would make holes in every text. */
const MIN_LENGTH = 8;
const SURE_LENGTH = 16;
/** `/home/ada/key.pem` is about a secret, not one. */
const PATH = /^~?(?:\/[\w.@-]+){2,}$/;

/** Takes secrets out of whatever goes to a file, a model or a terminal. */
export interface Redactor {
  /** The text without them. Total, linear in the text, and twice is the same as once. */
  readonly hide: (text: string) => string;
  /** A JSON value with every text in it hidden, keys too; the same value when there was nothing to hide. Objects that `isKept` stay as they are. */
  readonly hideIn: <T>(value: T, isKept?: (part: object) => boolean) => T;
  /**
   * For what a person decides about: a JSON value with the known secrets in it hidden, and words that can be nothing
   * else. What stands behind `Authorization:` or between the lines of a key stays: it could be a command.
   */
  readonly hideWordsIn: <T>(value: T) => T;
  /** More values that are secret from now on: what settings and servers name. */
  readonly add: (values: Iterable<string>) => void;
}

/**
 * Each with one place to start from, so that no text makes it slow: what stands in front ends the search, lengths are
 * bounded. These are single words of letters, digits and `-_.`.
 */
const WORDS: readonly (readonly [RegExp, string])[] = [
  // Anthropic, OpenAI and others.
  [/(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g, HIDDEN],
  // GitHub, GitLab, npm, Slack.
  [/(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{16,}/g, HIDDEN],
  [/(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{16,}/g, HIDDEN],
  [/(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{16,}/g, HIDDEN],
  [/(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g, HIDDEN],
  [/(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}/g, HIDDEN],
  // AWS, Google.
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, HIDDEN],
  [/(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g, HIDDEN],
  // JWT.
  [/(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g, HIDDEN],
];
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  ...WORDS,
  // HTTP credentials, in headers, commands and JSON.
  [
    /((?<![A-Za-z0-9])(?:authorization|x-api-key)\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:(?:bearer|basic|token|digest|negotiate|apikey)\s{1,4})?)[^\s"'\\,;‹›]{8,}/gi,
    `$1${HIDDEN}`,
  ],
  // A password in an address.
  [/(:\/\/[^\s/:@"'‹›]{1,128}:)[^\s/@"'‹›]{3,256}(?=@)/g, `$1${HIDDEN}`],
];

/** Anything of it in a text is rare: one search for them all saves the others in nearly every text. */
const HINTS =
  /sk-|gh[pousr]_|github_pat_|glpat-|npm_|xox|AKIA|ASIA|AIza|eyJ|authorization|x-api-key|:\/\/[^\s/]{1,400}@|-----BEGIN/i;

/** `values`: known secrets. Words, numbers and paths among them are passed over. */
export function createRedactor(values: Iterable<string>): Redactor {
  const known = new Set<string>();
  let search: RegExp | undefined;

  const add = (more: Iterable<string>): void => {
    const before = known.size;
    for (const value of more) for (const form of formsOf(value)) known.add(form);
    if (known.size !== before) search = searchFor(known);
  };
  const withoutKnown = (text: string): string => (search === undefined ? text : text.replace(search, HIDDEN));
  const hideWords = (text: string): string =>
    WORDS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), withoutKnown(text));
  const once = (text: string): string => {
    const first = withoutKnown(text);
    if (!HINTS.test(first)) return first;
    return PATTERNS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), withoutKeys(first));
  };
  const hide = (text: string): string => {
    // What stood beside a secret may look like one itself now. Every round takes something away for good, so it ends.
    for (let before = text; ; ) {
      const after = once(before);
      if (after === before) return after;
      before = after;
    }
  };
  add(values);
  return {
    hide,
    hideIn: (value, isKept = () => false) => hideIn(value, { hide, isKept }),
    hideWordsIn: (value) => hideIn(value, { hide: hideWords, isKept: () => false }),
    add,
  };
}

/** A value as it may stand in a text: as it is, inside JSON, in an address. None of a word, a number or a path. */
function formsOf(value: string): readonly string[] {
  const text = value.trim();
  if (text.length < MIN_LENGTH || /[‹›]/.test(text) || PATH.test(text)) return [];
  if (text.length < SURE_LENGTH && !(/[A-Za-z]/.test(text) && /\d/.test(text))) return [];
  const forms = [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.replace(/\p{Surrogate}/gu, "")),
  ];
  return [...new Set(forms)];
}

/** The longest first, so that none is found as a part of another. */
function searchFor(known: ReadonlySet<string>): RegExp {
  const longestFirst = [...known].toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((value) => value.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")).join("|"), "g");
}

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of a key whose end was cut off; inside JSON a line ends with two characters. */
const KEY_BODY = /(?:(?:[ \t\r\n]|\\[nrt])*[A-Za-z0-9+/=]{16,})*/y;

/** Private keys in PEM, whole or cut. Each search goes on where the last one ended. */
function withoutKeys(text: string): string {
  let rest = "";
  let from = 0;
  let hasEnd = true;
  KEY_BEGIN.lastIndex = 0;
  for (let begin = KEY_BEGIN.exec(text); begin !== null; begin = KEY_BEGIN.exec(text)) {
    const body = KEY_BEGIN.lastIndex;
    KEY_END.lastIndex = body;
    const end: RegExpExecArray | null = hasEnd ? KEY_END.exec(text) : null;
    hasEnd = end !== null;
    KEY_BODY.lastIndex = body;
    const cut = KEY_BODY.exec(text)?.[0].length ?? 0;
    rest += text.slice(from, begin.index) + HIDDEN;
    from = end === null ? body + cut : KEY_END.lastIndex;
    KEY_BEGIN.lastIndex = from;
  }
  return from === 0 ? text : rest + text.slice(from);
}

interface Hiding {
  readonly hide: (text: string) => string;
  readonly isKept: (part: object) => boolean;
}

function hideIn<T>(value: T, hiding: Hiding): T;
function hideIn(value: unknown, hiding: Hiding): unknown {
  if (typeof value === "string") return hiding.hide(value);
  if (Array.isArray(value)) return hideInList(value, hiding);
  if (typeof value !== "object" || value === null || hiding.isKept(value)) return value;
  const members = Object.entries(value);
  const hidden = members.map(([key, item]) => [hiding.hide(key), hideIn<unknown>(item, hiding)] as const);
  const isSame = hidden.every(([key, item], at) => key === members[at]?.[0] && item === members[at][1]);
  return isSame ? value : Object.fromEntries(hidden);
}

function hideInList(list: readonly unknown[], hiding: Hiding): readonly unknown[] {
  const hidden = list.map((item) => hideIn<unknown>(item, hiding));
  return hidden.every((item, index) => item === list[index]) ? list : hidden;
}

/** Words of a variable's name that say its value is a secret, and endings that say it is only about one. */
const SECRET_NAME =
  /(?:^|[_-])(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|PAT|CREDENTIALS?|COOKIE|AUTH|DSN)(?:$|[_-]|\d)/i;
const ABOUT_NAME =
  /^PUBLIC|[_-]PUBLIC[_-]|[_-](?:FILE|PATH|DIR|SOCK|SOCKET|URL|URI|HOST|ID|NAME|TYPE|TTL|PROGRAM|COMMAND|CMD|HELPER)$/i;

/** Values of variables whose names say that they are secret: `ANTHROPIC_API_KEY`, `DB_PASSWORD`; not `SSH_AUTH_SOCK`. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_NAME.test(name) && !ABOUT_NAME.test(name) ? [value] : [],
  );
}
