import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pluginUrl } from "../../src/contributions/panel-hub.js";

describe("pluginUrl", () => {
  it.each([
    ["/forecast", "/api/plugins/solar/forecast"],
    ["forecast?days=2", "/api/plugins/solar/forecast?days=2"],
    ["", "/api/plugins/solar/"],
    ["//evil.example/x", "/api/plugins/solar/evil.example/x"],
  ])("%s is %s", (path, url) => {
    expect(pluginUrl("solar", path)).toBe(url);
  });

  it.each(["../../v1/users", "a/../../other/x", "http://evil.example/", "..\\..\\v1"])(
    "%s does not lead out of the plugin",
    (path) => {
      expect(() => pluginUrl("solar", path)).toThrow(RangeError);
    },
  );

  it("stays below the plugin, whatever the path", () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        try {
          expect(pluginUrl("solar", path).startsWith("/api/plugins/solar/")).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
