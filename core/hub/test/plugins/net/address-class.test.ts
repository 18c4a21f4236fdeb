import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AddressClass, classOfAddress } from "../../../src/plugins/net/address-class.js";

describe("classOfAddress", () => {
  it.each<[string, AddressClass]>([
    ["10.0.0.1", "lan"],
    ["172.16.0.1", "lan"],
    ["172.31.255.255", "lan"],
    ["172.32.0.0", "internet"],
    ["192.168.1.20", "lan"],
    ["100.64.0.1", "lan"],
    ["100.128.0.1", "internet"],
    ["127.0.0.1", "lan"],
    ["169.254.1.1", "lan"],
    ["169.254.169.254", "none"],
    ["0.0.0.0", "none"],
    ["224.0.0.251", "none"],
    ["255.255.255.255", "none"],
    ["8.8.8.8", "internet"],
    ["::1", "lan"],
    ["::", "none"],
    ["fe80::1%eth0", "lan"],
    ["fd12:3456::1", "lan"],
    ["ff02::fb", "none"],
    ["2606:4700::1", "internet"],
    ["::ffff:192.168.1.20", "lan"],
    ["::ffff:8.8.8.8", "internet"],
    ["::ffff:c0a8:114", "lan"],
    ["::ffff:0:0", "none"],
    ["64:ff9b::a00:1", "lan"],
    ["example.com", "none"],
    ["", "none"],
    ["1.2.3", "none"],
  ])("%s is %s", (address, expected) => {
    expect(classOfAddress(address)).toBe(expected);
  });

  it("sees through IPv4 inside of IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(classOfAddress(`::ffff:${address}`)).toBe(classOfAddress(address));
      }),
    );
  });

  it("knows a class for whatever it is given", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
        expect(["lan", "internet", "none"]).toContain(classOfAddress(text));
      }),
    );
  });
});
