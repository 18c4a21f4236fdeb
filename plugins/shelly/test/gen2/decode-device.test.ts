import { describe, expect, it } from "vitest";
import { describeWithFixtures, readJsonFixture } from "../../../../test/support/shared-data.js";
import { decodeAddress, decodeConfig, decodeDeviceInfo } from "../../src/gen2/decode-device.js";
import { parseReply } from "../../src/gen2/frame.js";
import { fixtureBytes } from "../support/payload.js";

describeWithFixtures("captured descriptions", () => {
  it("reads a Pro 3EM without a name", () => {
    expect(decodeDeviceInfo(readJsonFixture("shelly-rpc", "getdeviceinfo-pro3em-monophase.json"))).toEqual({
      generation: 2,
      model: "SPEM-003CEBEU",
      app: "Pro3EM",
      firmware: "1.4.4",
      profile: "monophase",
    });
  });

  it("reads a Plus 2PM with a name", () => {
    expect(decodeDeviceInfo(readJsonFixture("shelly-rpc", "http-shelly-endpoint-plus2pm-auth.json"))).toMatchObject({
      name: "Shelly Plus 2PM",
      model: "SNSW-102P16EU",
      profile: "switch",
    });
  });

  it("reads the answer to a request for the configuration", () => {
    const { frame } = parseReply(fixtureBytes("shelly-rpc", "getconfig-frame-plugus.json"));
    expect(frame).toMatchObject({ id: 2, src: "shellyplugus-c049ef8c480c" });
    expect(decodeConfig(frame?.result)).toEqual({ reversed: [] });
  });

  it("reads the answer with an error and the one without a result", () => {
    const refused = parseReply(fixtureBytes("shelly-rpc", "ws-auth-challenge-401.json")).frame;
    expect(refused?.error?.code).toBe(401);
    expect(parseReply(fixtureBytes("shelly-rpc", "error-109-shutting-down.json")).frame?.error?.code).toBe(-109);
    expect(parseReply(fixtureBytes("shelly-rpc", "ws-cover-close-success.json")).frame).toMatchObject({
      id: 19,
      result: null,
    });
  });
});

describe("decodeConfig", () => {
  it("names the reversed channels", () => {
    const config = {
      sys: { device: { name: "Panel" } },
      "switch:0": { reverse: true },
      "em1:1": { reverse: false },
      "em:0": { reverse: { a: false, b: true, c: true } },
    };
    expect(decodeConfig(config)).toEqual({ name: "Panel", reversed: ["switch:0", "em:0/b", "em:0/c"] });
  });

  it.each([null, 3, [], "x"])("finds nothing in %j", (value) => {
    expect(decodeConfig(value)).toBeUndefined();
    expect(decodeDeviceInfo(value)).toBeUndefined();
  });
});

describe("decodeAddress", () => {
  it("prefers the cable", () => {
    expect(decodeAddress({ wifi: { sta_ip: "10.0.0.2" }, eth: { ip: "10.0.0.3" } })).toBe("10.0.0.3");
    expect(decodeAddress({ wifi: { sta_ip: "10.0.0.2" }, eth: { ip: null } })).toBe("10.0.0.2");
  });

  it("takes nothing that is not an address", () => {
    expect(decodeAddress({ wifi: { sta_ip: "<b>" } })).toBeUndefined();
  });
});
