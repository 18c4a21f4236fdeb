import { CORE_MESSAGES } from "@vatio/model";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { kindOfFailure, reasonOf } from "../../src/plugins/failure.js";
import { asideReason, explained, ownReason } from "../../src/plugins/own-reason.js";

describe("a reason of the hub itself", () => {
  it("is a key in both languages, also after it crossed from a worker", () => {
    const error = explained("E_PLUGIN_LOAD", { key: "plugin.why.load", params: { detail: "boom" } });
    const crossed = VatioError.fromJSON(JSON.parse(JSON.stringify(error)));
    for (const one of [error, crossed])
      expect(reasonOf(one, kindOfFailure(one))).toEqual({ key: "plugin.why.load", params: { detail: "boom" } });
    expect(error.message).toBe("Its code cannot be loaded: boom");
  });

  it("says the same when the plugin is set aside for it", () => {
    const error = explained("E_PLUGIN_EXITED", { key: "plugin.why.exited", params: { code: 3 } });
    expect(asideReason(error, 3)).toEqual({ key: "plugin.why.exited.aside", params: { code: 3, count: 3 } });
    expect(asideReason(explained("E_PLUGIN_INVALID", { key: "plugin.why.no-setup" }), 3)).toBeUndefined();
    expect(asideReason(new Error("x"), 3)).toBeUndefined();
  });

  it("has the same parameters in both languages", () => {
    const names = (message = ""): string[] => [...message.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? "").sort();
    const keys = Object.keys(CORE_MESSAGES.en).filter((key) => key.startsWith("plugin.why."));
    expect(keys.length).toBeGreaterThan(20);
    for (const key of keys) expect(names(CORE_MESSAGES.es[key])).toEqual(names(CORE_MESSAGES.en[key]));
  });

  it.each([
    [undefined],
    ["text"],
    [{ key: "plugin.why.nothing" }],
    [{ key: "plugin.crashed", params: { why: "x" } }],
    [{ key: "plugin.why.load", params: { detail: { deep: true } } }],
    [{ key: 7 }],
  ])("is not what somebody else calls one: %j", (reason) => {
    expect(ownReason(new VatioError("E_X", "x", { details: { reason } }))).toBeUndefined();
    expect(ownReason(new Error("x"))).toBeUndefined();
  });
});
