import { type Static, Type } from "@vatio/plugin-api";
import { TextDto } from "./common.js";
import { at, id, literals } from "./parts.js";

const range = Type.Object({ from: at, to: at });

/** How far the gaps of a device are filled from its own memory. */
export const BackfillDeviceDto = Type.Object({
  device: id,
  state: literals(["running", "queued", "waiting", "paused", "done"]),
  cause: Type.Optional(literals(["start", "reconnect", "accepted", "nightly", "manual"])),
  range: Type.Optional(range),
  totalMinutes: Type.Integer({ description: "Minutes in which any of its channels was without a reading" }),
  doneMinutes: Type.Integer(),
  absentMinutes: Type.Integer({ description: "Of these, those that the device does not have: they stay a gap" }),
  gaps: Type.Array(range, { description: "Still to be read, newest first; at most 50" }),
  position: Type.Optional(Type.Integer({ description: "Place in the queue, from 1" })),
  remainingMs: Type.Optional(Type.Number({ description: "A guess" })),
  why: Type.Optional(TextDto),
  nextTryAt: Type.Optional(at),
  finishedAt: Type.Optional(at),
});
export type BackfillDeviceDto = Static<typeof BackfillDeviceDto>;

/** What is done about gaps. */
export const BackfillDto = Type.Object({
  days: Type.Integer({ description: "Days back that are looked at; 0 when it is switched off" }),
  devices: Type.Array(BackfillDeviceDto, { description: "In the order of their turns" }),
});
export type BackfillDto = Static<typeof BackfillDto>;
