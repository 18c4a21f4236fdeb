const ofPhase = (phase: string): readonly string[] =>
  [
    "total_act_energy",
    "fund_act_energy",
    "total_act_ret_energy",
    "fund_act_ret_energy",
    "lag_react_energy",
    "lead_react_energy",
    "max_act_power",
    "min_act_power",
    "max_aprt_power",
    "min_aprt_power",
    "max_voltage",
    "min_voltage",
    "avg_voltage",
    "max_current",
    "min_current",
    "avg_current",
  ].map((name) => `${phase}_${name}`);

/** Values of a record of three phases, in the order of the documentation of EMData: 16 of each phase, 3 of the neutral. */
export const EM_KEYS: readonly string[] = [
  ...["a", "b", "c"].flatMap(ofPhase),
  "n_max_current",
  "n_min_current",
  "n_avg_current",
];

/** Values of a record of one clamp, in the order of the documentation of EM1Data. */
export const EM1_KEYS: readonly string[] = ofPhase("x")
  .map((name) => name.slice(2))
  .filter((name) => !name.startsWith("fund_"));
