import { type ErrorCode, VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicError, statusOf } from "../../src/http/errors.js";

describe("statusOf", () => {
  it.each([
    ["E_INPUT_INVALID", 400],
    ["E_AUTH_REQUIRED", 401],
    ["E_LOGIN_FAILED", 401],
    ["E_PERMISSION", 403],
    ["E_POINT_UNKNOWN", 404],
    ["E_COMMAND_CONFLICT", 409],
    ["E_BODY_TOO_LARGE", 413],
    ["E_RATE_LIMITED", 429],
    ["E_INTERNAL", 500],
    ["E_NOT_AVAILABLE", 501],
    ["E_PLUGIN_FAILED", 502],
    ["E_OUTPUT_INVALID", 502],
    ["E_MQTT_OFFLINE", 503],
    ["E_STORE_BUSY", 503],
    ["E_COMMAND_TIMEOUT", 504],
  ] as const)("%s is %i", (code, status) => {
    expect(statusOf({ code, retryable: false })).toBe(status);
  });

  it("goes by whether trying again may help for a code that nobody listed", () => {
    expect(statusOf({ code: "E_SHELLY_MOODY", retryable: true })).toBe(503);
    expect(statusOf({ code: "E_SHELLY_MOODY", retryable: false })).toBe(422);
  });
});

describe("publicError", () => {
  it("keeps the message and details of an error that was thrown on purpose", () => {
    const error = new VatioError("E_POINT_UNKNOWN", "No such point.", { details: { id: "x" } });
    expect(JSON.parse(publicError(error, "r1").body)).toEqual({
      error: { code: "E_POINT_UNKNOWN", message: "No such point.", retryable: false, details: { id: "x" } },
    });
  });

  it("keeps everything else to the log, whatever was thrown", () => {
    const secret = "the password is hunter2";
    const causes = [
      new Error(secret),
      new VatioError("E_INTERNAL", secret),
      secret,
      { message: secret },
      null,
      undefined,
    ];
    for (const error of causes) {
      const { status, body } = publicError(error, "r2");
      expect(status).toBe(500);
      expect(body).not.toContain("hunter2");
      expect(body).toContain("r2");
    }
  });

  it("never shows a stack or a cause", () => {
    const codes = fc.constantFrom<ErrorCode>("E_STORE_BUSY", "E_INTERNAL", "E_PERMISSION");
    fc.assert(
      fc.property(codes, fc.string(), fc.anything(), (code, message, details) => {
        const { body } = publicError(new VatioError(code, message, { cause: new Error("deep inside"), details }), "r");
        expect(JSON.parse(body)).toHaveProperty("error.code");
        expect(body).not.toContain("deep inside");
        expect(body).not.toContain("    at ");
      }),
    );
  });

  it("survives details that are no JSON", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const details of [circular, 10n, { n: 10n }]) {
      expect(JSON.parse(publicError(new VatioError("E_PERMISSION", "No.", { details }), "r").body)).toMatchObject({
        error: { code: "E_PERMISSION" },
      });
    }
  });

  it("tells when to come back", () => {
    const limited = publicError(
      new VatioError("E_RATE_LIMITED", "Wait.", { retryable: true, details: { retryAfterMs: 1_500 } }),
      "r",
    );
    expect(limited.headers).toEqual([["retry-after", "2"]]);
  });
});
