/** The seven messages of one burst, as the firmware of an EnerTrack node writes them. */
export const BURST: readonly (readonly [name: string, payload: string])[] = [
  ["tension", "230.5"],
  ["corriente", "1.64"],
  ["fp", "0.98"],
  ["frecuencia", "50.02"],
  ["potencia_prom", "369.4"],
  ["consumo", "0.0123"],
  ["energy_raw", "148.372"],
];

/** The row that they become. */
export const BURST_ROW = {
  voltage_v: 230.5,
  current_a: 1.64,
  power_factor: 0.98,
  frequency_hz: 50.02,
  power_w: 369.4,
  energy_delta_wh: 12.3,
  energy_import_wh: 148_372,
};
