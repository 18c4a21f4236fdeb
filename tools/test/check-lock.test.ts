import { describe, expect, it } from "vitest";
import { findMissing, findStale } from "../check-lock.mjs";

const owner = (optionalDependencies: Readonly<Record<string, string>>, more: object = {}): Record<string, unknown> => ({
  version: "1.0.0",
  optionalDependencies,
  ...more,
});

describe("check-lock", () => {
  it.each([
    ["@a/b-linux-arm64", { cpu: ["arm64"], os: ["linux"] }],
    ["@a/b-linux-x64-musl", { cpu: ["x64"], os: ["linux"], libc: ["musl"] }],
    ["@a/b-linux-arm-gnueabihf", { cpu: ["arm"], os: ["linux"], libc: ["glibc"] }],
    ["@a/b-win32-ia32-msvc", { cpu: ["ia32"], os: ["win32"] }],
  ])("says what %s is for", (name, platform) => {
    const missing = findMissing({ "node_modules/a": owner({ [name]: "1.2.3-r.1" }) });
    expect(missing).toEqual({ [`node_modules/${name}`]: { version: "1.2.3-r.1", optional: true, ...platform } });
  });

  it("marks what only development needs", () => {
    const missing = findMissing({ "node_modules/a": owner({ "b-linux-x64": "1.0.0" }, { dev: true }) });
    expect(missing["node_modules/b-linux-x64"]).toMatchObject({ dev: true });
  });

  it.each(["node_modules/b", "node_modules/a/node_modules/b", "node_modules/a/node_modules/c/node_modules/b"])(
    "finds what is locked at %s",
    (location) => {
      const packages = { "node_modules/a/node_modules/c": owner({ b: "1.0.0" }), [location]: { version: "1.0.0" } };
      expect(findMissing(packages)).toEqual({});
    },
  );

  it("does not guess a version", () => {
    expect(() => findMissing({ "node_modules/a": owner({ b: "^1.0.0" }) })).toThrow("not an exact version");
  });

  it("names workspaces that the lock file does not know, or knows with other dependencies", () => {
    const workspaces = [
      { folder: "core/a", manifest: { dependencies: { x: "1", y: "2" } } },
      { folder: "core/b", manifest: { devDependencies: { x: "1" } } },
      { folder: "core/c", manifest: {} },
    ];
    const packages = { "core/a": { dependencies: { y: "2", x: "1" } }, "core/b": { devDependencies: { x: "2" } } };
    expect(findStale(packages, workspaces)).toEqual(["core/b", "core/c"]);
  });
});
