import { describe, expect, it } from "vitest";
import { decodeAnnounce } from "../../src/gen1/decode-announce.js";

const announce = (ip: unknown) =>
  decodeAnnounce(
    new TextEncoder().encode(
      JSON.stringify({ id: "shelly1pm-AABBCCDDEEFF", mac: "AABBCCDDEEFF", model: "SHSW-PM", ip }),
    ),
  ).announcement;

describe("the address that a Gen1 device announces", () => {
  it.each(["192.168.1.20", "fe80::1"])("%s is kept", (ip) => {
    expect(announce(ip)).toMatchObject({ mac: "aabbccddeeff", address: ip });
  });

  it.each(["<script>", "192.168.1", "example.org", ""])("%j is none, and the rest is kept", (ip) => {
    expect(announce(ip)).toMatchObject({ mac: "aabbccddeeff", model: "SHSW-PM" });
    expect(announce(ip)).not.toHaveProperty("address");
  });
});
