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
    [["--help"], { command: "help" }],
    [["version"], { command: "version" }],
  ])("reads %j", (argv, request) => expect(readArguments(argv)).toEqual(request));

  it.each([[["fly"]], [["--nonsense"]], [["demo", "--seed", "x"]], [["user", "reset"]], [["user"]]])(
    "explains what is wrong with %j",
    (argv) => {
      const attempt = () => readArguments(argv);
      expect(attempt).toThrowError(/vatio start/);
      try {
        attempt();
      } catch (error) {
        expect(VatioError.is(error) && error.code).toBe("E_USAGE");
      }
    },
  );
});
