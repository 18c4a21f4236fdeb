import { expect, test } from "vitest";
import { resetCommand } from "../../../src/pages/login/reset-command.js";

test.each([
  ["", "vatio user reset <name>"],
  ["  ", "vatio user reset <name>"],
  ["ana", "vatio user reset ana"],
  [" Muñoz ", "vatio user reset Muñoz"],
  ["Ana María", "vatio user reset 'Ana María'"],
  ["o'neil; rm", "vatio user reset 'o'\\''neil; rm'"],
])("the command for %j", (name, command) => {
  expect(resetCommand(name, "name")).toBe(command);
});
