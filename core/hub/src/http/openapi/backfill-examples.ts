const FROM = 1_774_828_800_000;

const device = {
  device: "shelly:a8032412c3d4",
  state: "running",
  cause: "reconnect",
  range: { from: FROM, to: FROM + 21_600_000 },
  totalMinutes: 360,
  doneMinutes: 223,
  absentMinutes: 0,
  gaps: [{ from: FROM + 13_380_000, to: FROM + 21_600_000 }],
  remainingMs: 40_000,
};

/** Examples of what fills gaps. */
export const backfillExamples: Readonly<Record<string, unknown>> = {
  Backfill: { days: 7, devices: [device] },
  BackfillDevice: device,
};
