const FROM = 1_774_828_800_000;
const HOUR = 3_600_000;
const SITE = "01JQ8ZC4F4X0M5S7N1H9T3R6WB";
const MAIN = "01JQ8ZC4F4Y3V0K2D8G5P7QEJM";
const KITCHEN = "01JQ8ZC4F4Y3V0K2D8G5P7QEJN";
const CHANNEL = "shelly:a8032412c3d4/switch:0";

const main = {
  point: MAIN,
  role: "grid",
  importWh: [412.5, null],
  exportWh: [0, null],
  coverage: [1, 0],
  quality: [1, 0],
  childrenWh: [180, null],
  remainderWh: [232.5, null],
  remainderQuality: [1, 0],
};

/** Examples of energy. */
export const energyExamples: Readonly<Record<string, unknown>> = {
  PointUsage: main,
  Usage: {
    site: SITE,
    zone: "America/Mexico_City",
    bucket: "hour",
    edges: [FROM, FROM + HOUR, FROM + 2 * HOUR],
    points: [main],
    balance: {
      usedWh: [412.5, null],
      gridImportWh: [412.5, null],
      gridExportWh: [0, null],
      generationWh: [null, null],
      solarDirectWh: [null, null],
      storageChargeWh: [null, null],
      storageDischargeWh: [null, null],
    },
    findings: [{ point: MAIN, from: FROM, to: FROM + HOUR, excessWh: 35.2, children: [KITCHEN] }],
    settledUntil: FROM + HOUR,
  },
  CounterEvent: {
    id: `${CHANNEL}@${FROM + HOUR}.0`,
    channel: CHANNEL,
    point: KITCHEN,
    direction: "import",
    at: FROM + HOUR - 60_000,
    reason: "reset",
    before: 184_320,
    after: 12,
    wh: 12,
    since: FROM,
  },
  ChannelQuality: {
    channel: CHANNEL,
    point: KITCHEN,
    lastAt: FROM,
    days: [{ day: "2026-03-29", coverage: 0.998 }],
    coverage7: 0.997,
    coverage30: 0.981,
    skewMs: -420,
    duplicates: 3,
    resets: 1,
    rejected: [{ reason: "rejected.out-of-range", rows: 2 }],
    learntCeilingW: 5_400,
  },
};
