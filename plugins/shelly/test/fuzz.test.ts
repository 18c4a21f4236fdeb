import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAnnounce } from "../src/gen1/decode-announce.js";
import { decodeInfo } from "../src/gen1/decode-info.js";
import { decodeValue } from "../src/gen1/decode-value.js";
import { decodeConfig, decodeDeviceInfo } from "../src/gen2/decode-device.js";
import { decodeStatus } from "../src/gen2/decode-status.js";
import { parseNotification, parseReply } from "../src/gen2/frame.js";
import { parseObject } from "../src/json.js";
import { EN } from "../src/messages/en.js";
import { garbage, hostileStatus } from "./support/garbage.js";

const CONTEXT = { before: new Map(), replaces: "fields" } as const;
const METERED = { unmetered: false, threePhase: false };

interface Outcome {
  readonly frame?: object | undefined;
  readonly announcement?: object | undefined;
  readonly refusals?: readonly { readonly key: string }[];
  readonly ignored?: readonly { readonly key: string }[];
  readonly reason?: { readonly key: string };
}

/** The reasons of a result that have no words. An assertion for each of some hundred thousand would take most of the time. */
const unnamed = ({ refusals = [], ignored = [], reason }: Outcome): string[] =>
  [...refusals, ...ignored, ...(reason ? [reason] : [])].map(({ key }) => key).filter((key) => !(key in EN));

/** Generating takes most of the time, and much more of it on a machine that is busy. */
const PATIENT = { timeout: 90_000 };

describe("decoders", PATIENT, () => {
  it("survive 10,000 payloads of garbage and name every reason", () => {
    fc.assert(
      fc.property(garbage, (payload) => {
        const { object = {} } = parseObject(payload);
        const outcomes: Outcome[] = [
          parseNotification(payload),
          parseReply(payload),
          decodeAnnounce(payload),
          decodeValue("relay/0/power", payload, METERED),
          decodeStatus(object, CONTEXT),
          decodeInfo(object, METERED),
        ];
        decodeConfig(object);
        decodeDeviceInfo(object);
        return outcomes.flatMap(unnamed).length === 0;
      }),
      { numRuns: 10_000 },
    );
  });

  it("survive 3,000 statuses that are almost right, and give only finite numbers", () => {
    fc.assert(
      fc.property(hostileStatus, (status) => {
        const gen2 = decodeStatus(status, CONTEXT);
        const gen1 = decodeInfo(status, METERED);
        const numbers = [...gen2.readings, ...gen1.readings].flatMap(({ values }) => Object.values(values));
        return numbers.every(Number.isFinite) && [gen1, gen2].flatMap(unnamed).length === 0;
      }),
      { numRuns: 3_000 },
    );
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it.each([
    ["deep lists", "[".repeat(100_000)],
    ["deep objects", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`],
    [
      "a deep component",
      `{"src":"s","method":"NotifyStatus","params":{"switch:0":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`,
    ],
    ["many keys", JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`switch:${i}`, {}])))],
    ["too much", `{"a":"${"x".repeat(400_000)}"}`],
  ])("survive %s", (_what, written) => {
    const payload = new TextEncoder().encode(written);
    expect(() => [parseNotification(payload), parseReply(payload), decodeAnnounce(payload)]).not.toThrow();
  });
});
