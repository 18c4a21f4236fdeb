import { VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, safeValue } from "../../src/log/index.js";
import { redactText } from "../../src/log/redact.js";
import { safeFields } from "../../src/log/safe-fields.js";

const SECRET = "s3cr3t-0f-the-hub";

describe("redaction by key", () => {
  it.each([
    "password",
    "passwd",
    "newPassword",
    "PASSPHRASE",
    "pwd",
    "token",
    "accessToken",
    "secret",
    "clientSecret",
    "authorization",
    "Authorization",
    "cookie",
    "set-cookie",
    "apiKey",
    "api_key",
    "x-api-key",
    "privateKey",
    "credential",
    "csrf",
    "setupCode",
    "pin",
    "pass",
    "auth",
  ])("hides %s", (key) => {
    expect(JSON.stringify(safeValue({ [key]: SECRET, deep: [{ [key]: { value: SECRET } }] }))).not.toContain(SECRET);
  });

  it.each(["code", "key", "name", "path", "topic", "reason", "compass"])("shows %s", (key) => {
    expect(safeValue({ [key]: "x" })).toEqual({ [key]: "x" });
  });

  it("says whether there is a secret", () => {
    expect(safeValue({ password: true })).toEqual({ password: true });
  });

  it("holds wherever the secret is", () => {
    const secretKey = fc.constantFrom("password", "token", "x-secret", "Authorization");
    const { tree } = fc.letrec<{ tree: unknown; node: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), tie("node")),
      node: fc.oneof(
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4 }),
        fc.tuple(secretKey, tie("tree")).map(([key, more]) => ({ [key]: [SECRET, more], more })),
        fc
          .dictionary(fc.string(), tie("tree"))
          .map((entries) => new Map([...Object.entries(entries), ["token", SECRET]])),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => !JSON.stringify(safeValue(value)).includes(SECRET)),
      { numRuns: 300 },
    );
  });
});

describe("redaction by form", () => {
  it.each([
    ["mqtt://hub:hunter2@broker:1883/x", "mqtt://[secret]@broker:1883/x"],
    ["Authorization: Bearer abc.def-ghi_123", "Authorization: Bearer [secret]"],
    ["token vt_control_AbCdEf012345 was used", "token vt_control_[secret] was used"],
    ["GET /x?api_key=abc&b=1 and ?token=z9", "GET /x?api_key=[secret]&b=1 and ?token=[secret]"],
    ["nothing here, http://host/a@b", "nothing here, http://host/a@b"],
  ])("%s", (text, expected) => expect(redactText(text)).toBe(expected));

  it("takes little time on text made to be slow", () => {
    for (const piece of ["a", "a://", "Bearer ", "vt_read_", "?a", "@"])
      expect(redactText(piece.repeat(20_000)).length).toBeGreaterThan(0);
  });
});

describe("safe values", () => {
  it("survive cycles, depth, size and hostile objects", () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = cycle;
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new VatioError("E_INTERNAL", "no");
        },
      },
    );
    const getter = {
      get x(): string {
        throw new VatioError("E_INTERNAL", "no");
      },
    };
    expect(
      safeValue({
        cycle,
        hostile,
        getter,
        big: 10n,
        gone: undefined,
        f: () => 1,
        nan: Number.NaN,
        at: new Date(0),
        bytes: new Uint8Array(3),
      }),
    ).toEqual({
      cycle: { a: 1, self: "[circular]" },
      hostile: "[unreadable]",
      getter: "[unreadable]",
      big: "10",
      f: "[function]",
      nan: "NaN",
      at: "1970-01-01T00:00:00.000Z",
      bytes: "[Uint8Array of 3 bytes]",
    });
    let deep: unknown = "bottom";
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(JSON.stringify(safeValue(deep))).toBe('[[[[[["[deeper]"]]]]]]');
  });

  it("keep what an error says", () => {
    const error = new VatioError("E_STORE_BUSY", "busy", {
      details: { token: SECRET, limit: 5 },
      cause: new TypeError("low"),
    });
    expect(safeValue({ error })).toMatchObject({
      error: {
        name: "VatioError",
        code: "E_STORE_BUSY",
        message: "busy",
        details: { token: "[secret]", limit: 5 },
        cause: { name: "TypeError", message: "low" },
      },
    });
  });

  it("are bounded and JSON, whatever comes in", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
          maxDepth: 8,
        }),
        (value) => {
          const safe = safeValue(value);
          const written = JSON.stringify(safe);
          expect(JSON.stringify(JSON.parse(written))).toBe(written);
        },
      ),
    );
    const huge = JSON.stringify(
      safeFields({
        list: Array.from({ length: 40 }, () => ({
          text: "x".repeat(100_000),
          more: Array.from({ length: 40 }, (_, i) => `${i}`.repeat(500)),
        })),
      }),
    );
    expect(huge.length).toBeLessThan(60_000);
  });
});

describe("escapeText", () => {
  it("leaves no way to begin a new line, move the cursor or reorder text", () => {
    expect(escapeText("a\nb\r\u001b[31m\u0000\u202e\u2028é⚡")).toBe(
      "a\\u000ab\\u000d\\u001b[31m\\u0000\\u202e\\u2028é⚡",
    );
    expect(escapeText("\ud800x")).toBe("\\ud800x");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u.test(escapeText(text))),
    );
  });
});
