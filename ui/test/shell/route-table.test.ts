import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchRoute } from "../../src/shell/route-table.js";
import { ROUTES } from "../../src/shell/routes.js";

const found = (path: string): readonly [string | undefined, Readonly<Record<string, string>> | undefined] => {
  const match = matchRoute(ROUTES, path);
  return [match?.route.element, match?.params];
};

describe("matchRoute", () => {
  it.each([
    ["/", "vt-now-page", {}],
    ["/devices", "vt-devices-page", {}],
    ["/devices/", "vt-devices-page", {}],
    ["/devices/add", "vt-add-device-page", {}],
    ["/devices/shelly%3Aa803", "vt-device-page", { id: "shelly:a803" }],
    ["/devices/esp32-meter%3Aa%252Fb", "vt-device-page", { id: "esp32-meter:a%2Fb" }],
    ["/settings/plugins/solar", "vt-plugins-settings-page", { id: "solar" }],
    ["/x/forecast/main", "vt-plugin-panel-page", { plugin: "forecast", panel: "main" }],
    ["/link/abc", "vt-link-page", { code: "abc" }],
  ])("%s is %s", (path, element, params) => {
    expect(found(path)).toEqual([element, params]);
  });

  it.each(["/nowhere", "/devices/a/b/c", "/x/forecast", "/devices/%E0%A4%A"])("%s is no page", (path) => {
    expect(matchRoute(ROUTES, path)).toBeUndefined();
  });

  it("finds a device again under any id", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: "binary" }).filter((id) => id !== "add"),
        (id) => {
          expect(found(`/devices/${encodeURIComponent(id.toWellFormed())}`)).toEqual([
            "vt-device-page",
            { id: id.toWellFormed() },
          ]);
        },
      ),
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (path) => void matchRoute(ROUTES, path)));
  });
});

describe("ROUTES", () => {
  it("load pages that define their element", () => {
    for (const { element, path } of ROUTES) {
      expect(element).toMatch(/^vt-[a-z-]+-page$/);
      expect(path.startsWith("/")).toBe(true);
    }
  });
});
