import { readFileSync } from "node:fs";
import { fixturePath } from "../../../../test/support/shared-data.js";

/** Bytes of a JSON value or of text, as a device would publish them. */
export const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** Bytes of a captured payload. */
export const fixtureBytes = (...segments: string[]): Uint8Array => readFileSync(fixturePath(...segments));

/** A captured MQTT message. */
export interface CapturedMessage {
  readonly topic: string;
  readonly payload: string;
}

/** The messages of a `*.mqtt.txt` file: topic, one space, payload. */
export function capturedMessages(...segments: string[]): CapturedMessage[] {
  const lines = readFileSync(fixturePath(...segments), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const space = line.includes(" {") ? line.indexOf(" {") : line.indexOf(" ");
    return { topic: line.slice(0, space), payload: line.slice(space + 1) };
  });
}
