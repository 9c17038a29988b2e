import { describe, expect, test } from "vitest";
import type { Confinement } from "../../../src/protocol/confinement.ts";
import type { Settings } from "../../../src/protocol/settings.ts";
import { connectorConfinement, hookConfinement } from "../../../src/runtime/confinement.ts";
import type { SettingsFile, SettingsInForce } from "../../../src/runtime/settings.ts";

type Sandbox = NonNullable<Settings["sandbox"]>;

function file(scope: SettingsFile["scope"], sandbox: Sandbox, isTrusted = true): SettingsFile {
  return { scope, path: `/${scope}.json`, root: "/", content: { sandbox }, isTrusted };
}

function inForce(...files: readonly SettingsFile[]): SettingsInForce {
  return { files, problems: [], marks: new Map() };
}

function of(settings: SettingsInForce, own?: Confinement, isManaged = false) {
  return connectorConfinement(settings, { name: "files", own, isManaged });
}

describe("a server", () => {
  test("is not confined unless somebody wants it: its entry, or the settings for all", () => {
    expect(of(inForce())).toBeUndefined();
    expect(of(inForce(), true)).toEqual({});
    expect(of(inForce(), { network: true })).toEqual({ network: true });
    expect(of(inForce(file("user", { connectors: true })))).toEqual({});
    expect(of(inForce(file("user", { connectors: true })), false)).toBeUndefined();
  });

  test("is confined as its name in the settings says, before its own entry", () => {
    const settings = inForce(
      file("user", { connectors: { "*": true, files: { allowWrite: ["."] }, other: false } }),
    );

    expect(of(settings, false)).toEqual({ allowWrite: ["."] });
    expect(connectorConfinement(settings, { name: "third", own: undefined, isManaged: false })).toEqual({});
    expect(connectorConfinement(settings, { name: "other", own: true, isManaged: false })).toBeUndefined();
    expect(connectorConfinement(settings, { name: "toString", own: undefined, isManaged: false })).toEqual(
      {},
    );
  });

  test("is confined where the organisation wants it, whatever else is said, unless it is the organisation's", () => {
    const settings = inForce(
      file("managed", { connectors: true }),
      file("user", { connectors: { files: false } }),
    );

    expect(of(settings, false)).toEqual({});
    expect(of(settings, false, true)).toBeUndefined();
  });

  test("is not let out by a file that is not trusted", () => {
    const settings = inForce(
      file("project", { connectors: false }, false),
      file("user", { connectors: true }),
    );

    expect(of(settings)).toEqual({});
  });
});

describe("a command hook", () => {
  test("is not confined unless it, or the settings, want it", () => {
    const wanted = [file("user", { hooks: true })];

    expect(hookConfinement([], { own: undefined, isManaged: false })).toBeUndefined();
    expect(hookConfinement([], { own: { network: true }, isManaged: false })).toEqual({ network: true });
    expect(hookConfinement(wanted, { own: undefined, isManaged: false })).toEqual({});
    expect(hookConfinement(wanted, { own: false, isManaged: false })).toBeUndefined();
  });

  test("is confined where the organisation wants it, unless it is the organisation's", () => {
    const wanted = [file("managed", { hooks: { network: false } })];

    expect(hookConfinement(wanted, { own: false, isManaged: false })).toEqual({ network: false });
    expect(hookConfinement(wanted, { own: false, isManaged: true })).toBeUndefined();
  });

  test("is not let out by a file that is not trusted", () => {
    const files = [file("project", { hooks: false }, false), file("user", { hooks: true })];

    expect(hookConfinement(files, { own: undefined, isManaged: false })).toEqual({});
  });
});
