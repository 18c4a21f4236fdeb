import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { readArguments } from "../src/arguments.js";

describe("command line", () => {
  it.each([
    [[], { command: "start" }],
    [["start", "--config", "/etc/vatio.yaml"], { command: "start", config: "/etc/vatio.yaml" }],
    [["demo"], { command: "demo", seed: 1 }],
    [["demo", "--seed", "7", "-d", "x"], { command: "demo", seed: 7, data: "x" }],
    [["user", "reset", "Ana", "María"], { command: "user-reset", name: "Ana María" }],
    [["backup"], { command: "backup" }],
    [["backup", "/mnt/a b"], { command: "backup", folder: "/mnt/a b" }],
    [["restore", "/mnt/b"], { command: "restore", backup: "/mnt/b", isForced: false, isPartial: false }],
    [
      ["restore", "b", "--data", "d", "--force", "--partial", "--passphrase-file", "p"],
      { command: "restore", backup: "b", data: "d", isForced: true, isPartial: true, passphraseFile: "p" },
    ],
    [["doctor"], { command: "doctor", isRepairing: false, from: [] }],
    [
      ["doctor", "--data", "d", "--repair", "--from", "a", "--from", "b"],
      { command: "doctor", data: "d", isRepairing: true, from: ["a", "b"] },
    ],
    [["--help"], { command: "help" }],
    [["version"], { command: "version" }],
  ])("reads %j", (argv, request) => expect(readArguments(argv)).toEqual(request));

  it.each([
    [["fly"]],
    [["--nonsense"]],
    [["demo", "--seed", "x"]],
    [["user", "reset"]],
    [["user"]],
    [["restore"]],
    [["restore", "a", "b"]],
    [["backup", "a", "b"]],
  ])("explains what is wrong with %j", (argv) => {
    const attempt = () => readArguments(argv);
    expect(attempt).toThrowError(/vatio start/);
    try {
      attempt();
    } catch (error) {
      expect(VatioError.is(error) && error.code).toBe("E_USAGE");
    }
  });
});
