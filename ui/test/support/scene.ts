import type { Channel, Device, Phase, Plugin, Point, PointRole, Site } from "../../src/data/api.js";

/** A simulated installation: what the lists say, and any value at any instant. */
export interface Scene {
  readonly site: Site;
  readonly devices: Device[];
  readonly points: Point[];
  readonly plugins: Plugin[];
  /** Value of a channel's metric; null in a gap. */
  value(channel: string, metric: string, at: number): number | null;
}

/** The simulated hub lives at 14:32 of today in Mexico City, so that the sun shines. */
const SHIFT = 20.54 * 3_600_000 - (Date.now() % 86_400_000);
export const clock = (): number => Date.now() + SHIFT;
export const NOW = clock();
const DAY = 86_400_000;
const METER = ["power_w", "voltage_v", "current_a", "power_factor", "frequency_hz", "energy_import_wh"];
const PLUG = ["power_w", "voltage_v", "current_a", "energy_import_wh", "temperature_c", "switch_on"];

interface Circuit {
  readonly device: string;
  readonly name: string;
  readonly model: string;
  readonly role: PointRole;
  readonly icon?: string;
  readonly watts: (at: number) => number;
  readonly switchable?: boolean;
  readonly guarded?: boolean;
  readonly phases?: boolean;
  readonly offline?: boolean;
  readonly pending?: boolean;
  readonly parent?: string;
}

const wave = (at: number, minutes: number, seed: number): number =>
  Math.sin((at / 60_000 / minutes) * 2 * Math.PI + seed * 1.7);
const noise = (at: number, seed: number): number => {
  const x = Math.sin(Math.floor(at / 1000) * 12.9898 + seed * 78.233) * 43_758.5453;
  return x - Math.floor(x) - 0.5;
};
/** Hour of the day in Mexico City. */
const hour = (at: number): number => (((at - 6 * 3_600_000) % DAY) / 3_600_000 + 24) % 24;
const on = (at: number, from: number, to: number): boolean => hour(at) >= from && hour(at) < to;
const cycle = (at: number, minutes: number, share: number): boolean => (at / 60_000 / minutes) % 1 < share;

const solar = (at: number): number => {
  const height = Math.sin((Math.PI * (hour(at) - 6.3)) / 12.1);
  return height <= 0 ? 0 : Math.max(0, 3_650 * height ** 1.3 * (0.9 + 0.1 * wave(at, 17, 1)) + 20 * noise(at, 4));
};
const compressor = (at: number): number =>
  on(at, 7, 19) ? (cycle(at, 9, 0.55) ? 2_140 : 610) + 60 * wave(at, 2, 2) + 30 * noise(at, 1) : 0;
const air = (at: number): number => (on(at, 11, 23) ? (cycle(at, 18, 0.6) ? 1_120 : 190) + 20 * noise(at, 2) : 4);
const fridge = (at: number): number => (cycle(at, 24, 0.45) ? 460 : 38) + 6 * noise(at, 3);
const light = (at: number): number => (on(at, 18, 24) || on(at, 6, 8) ? 380 : 60) + 3 * noise(at, 5);
const pump = (at: number): number => (on(at, 6, 6.6) ? 740 : 0);
const battery = (at: number): number => (solar(at) > 2_200 ? 700 : on(at, 18, 23) ? -520 : 0) + 4 * noise(at, 6);
const rest = (at: number): number => 240 + 60 * wave(at, 31, 3) + 8 * noise(at, 7);
const grid = (at: number): number =>
  compressor(at) + air(at) + fridge(at) + light(at) + pump(at) + rest(at) + battery(at) - solar(at);

const HOME: readonly Circuit[] = [
  {
    device: "shelly:ece334eadf08",
    name: "Medidor general",
    model: "Shelly Pro 3EM",
    role: "grid",
    watts: grid,
    phases: true,
  },
  {
    device: "shelly:80646fc91a10",
    name: "Inversor techo",
    model: "Shelly EM Gen3",
    role: "generation",
    watts: (at) => -solar(at),
  },
  { device: "esp32-meter:24A3BC12", name: "Batería", model: "EnerTrack", role: "storage", watts: battery },
  {
    device: "shelly:a8032412c3d4",
    name: "Compresor",
    model: "Shelly Pro 3EM",
    role: "motor",
    icon: "wind",
    watts: compressor,
    switchable: true,
    guarded: true,
    phases: true,
  },
  {
    device: "shelly:b0a73240aa10",
    name: "Clima sala",
    model: "Shelly Plus 1PM",
    role: "load",
    icon: "air-vent",
    watts: air,
    switchable: true,
  },
  {
    device: "shelly:c45bbe6c2f01",
    name: "Refrigeración",
    model: "Shelly Plug S",
    role: "load",
    icon: "refrigerator",
    watts: fridge,
    switchable: true,
    guarded: true,
  },
  {
    device: "shelly:3494547b9e04",
    name: "Iluminación",
    model: "Shelly Plus 1PM",
    role: "circuit",
    icon: "lamp",
    watts: light,
    switchable: true,
  },
  {
    device: "shelly:08b61fd04c55",
    name: "Bomba de agua",
    model: "Shelly Plus 1PM",
    role: "load",
    icon: "droplets",
    watts: pump,
    switchable: true,
  },
  {
    device: "esp32-meter:24A3BC77",
    name: "Medidor cocina",
    model: "EnerTrack",
    role: "circuit",
    watts: () => 0,
    offline: true,
  },
  {
    device: "esp32-meter:24A3BCA0",
    name: "Medidor 24A3BCA0",
    model: "EnerTrack",
    role: "circuit",
    watts: (at) => 412 + 14 * noise(at, 8),
    pending: true,
  },
  {
    device: "shelly:7c87ce6a1122",
    name: "Shelly Plug S",
    model: "Shelly Plug S",
    role: "load",
    watts: fridge,
    switchable: true,
    pending: true,
  },
];

export const SITE: Site = {
  id: "01SITE",
  name: "Casa y taller",
  zone: "America/Mexico_City",
  currency: "MXN",
  language: "es",
  region: "es-MX",
  nominalVoltage: 127,
  phases: 3,
};

const device = (name: string, index: number, watts: Circuit["watts"]): Circuit => ({
  device: `shelly:${(0xc0a000000000 + index).toString(16)}`,
  name,
  model: "Shelly Plus 1PM",
  role: "load",
  watts,
});

/** A home in which much is measured: for the pages that show energy over time. */
const MEASURED: readonly Circuit[] = [
  device("Lavadora y secadora", 1, (at) => (on(at, 9, 11) || on(at, 19, 20) ? 900 : 3)),
  device("Televisión", 2, (at) => (on(at, 18, 23.5) ? 190 : 9)),
  device("Oficina", 3, (at) => (on(at, 8, 17) ? 240 : 22)),
  device("Horno", 4, (at) => (on(at, 13, 14) ? 1_900 : 2)),
  device("Calentador", 5, (at) => (on(at, 6, 7) || on(at, 21, 22) ? 1_300 : 0)),
  device("Cargador del coche", 6, (at) => (on(at, 1, 3.5) ? 2_800 : 4)),
  device("Filtro de alberca", 7, (at) => (on(at, 10, 14) ? 420 : 0)),
  device("Congelador", 8, (at) => (cycle(at, 31, 0.4) ? 120 : 4)),
  device("Red y cámaras", 9, () => 46),
];

/** A plant: a hundred circuits, some with names that nobody foresaw. */
const MANY: readonly Circuit[] = Array.from({ length: 100 }, (_, index) => ({
  device: `shelly:${(0xb0a000000000 + index).toString(16)}`,
  name:
    index % 7 === 0
      ? `Alimentador de la línea de empaque número ${index}, nave norte, tablero secundario C${index}`
      : `Circuito ${index}`,
  model: "Shelly Plus 1PM",
  role: "load" as const,
  watts: (at: number) => 40 * (index % 23) + 10 * noise(at, index),
  switchable: index % 3 !== 0,
  offline: index % 19 === 5,
  pending: index > 94,
}));

/** An installation of a kind: `home`, `loads` (no grid meter), `one` (a single plug), `many` (a plant), `usage` (a home with many plugs), `dark` (a home whose inverter is silent), `empty`. */
export function makeScene(kind: string): Scene {
  const all =
    kind === "empty"
      ? []
      : kind === "one"
        ? HOME.slice(4, 5)
        : kind === "loads"
          ? HOME.slice(3, 8)
          : kind === "many"
            ? [...HOME, ...MANY]
            : kind === "usage"
              ? [...HOME, ...MEASURED]
              : kind === "dark"
                ? HOME.map((circuit) => ({ ...circuit, offline: circuit.role === "generation" }))
                : HOME;
  const built = all.map((circuit, index) => build(circuit, index));
  const byChannel = new Map(
    built.flatMap(({ channels, circuit }) => channels.map((channel) => [channel.id, { circuit, channel }] as const)),
  );
  return {
    site: { ...SITE, phases: kind === "one" ? 1 : 3 },
    devices: built.map(({ device }) => device),
    points: built.flatMap(({ points }) => points),
    plugins: plugins(kind),
    value: (id, metric, at) => {
      const found = byChannel.get(id);
      return found ? valueOf(found.circuit, found.channel, metric, at) : null;
    },
  };
}

function build(
  circuit: Circuit,
  index: number,
): { circuit: Circuit; device: Device; channels: Channel[]; points: Point[] } {
  const state = circuit.pending ? ("pending" as const) : ("active" as const);
  const keys: [string, Phase | undefined][] = circuit.phases
    ? [
        ["em:0", undefined],
        ["em:0/a", 1],
        ["em:0/b", 2],
        ["em:0/c", 3],
      ]
    : [["switch:0", undefined]];
  const main = `01POINT${index}`;
  const points: Point[] = circuit.pending
    ? []
    : keys.map(([key, phase], part) => ({
        id: part === 0 ? main : `${main}L${phase}`,
        site: SITE.id,
        name: part === 0 ? circuit.name : `${circuit.name} L${phase}`,
        role: circuit.role,
        ...(part > 0 ? { parent: main } : {}),
        ...(circuit.icon ? { icon: circuit.icon } : {}),
        location: index > 2 ? "Taller" : "Tablero",
        protected: circuit.guarded ?? false,
        color: index,
        channel: `${circuit.device}/${key}`,
        device: circuit.device,
        metrics: circuit.switchable && part === 0 ? PLUG : METER,
        switchable: part === 0 && (circuit.switchable ?? false),
        ...(phase ? { phase } : {}),
        ...(circuit.role === "grid" && part === 0 ? { powerCeiling: 15_000 } : {}),
        online: !circuit.offline,
      }));
  const channels: Channel[] = keys.map(([key, phase], part) => ({
    id: `${circuit.device}/${key}`,
    device: circuit.device,
    key,
    kind: circuit.switchable ? ("switch" as const) : ("meter" as const),
    metrics: circuit.switchable && part === 0 ? PLUG : METER,
    switchable: part === 0 && (circuit.switchable ?? false),
    ...(phase ? { phase } : {}),
    ...(points[part] ? { point: points[part].id } : {}),
  }));
  const [driver = "", hardwareId = ""] = circuit.device.split(":");
  const device: Device = {
    id: circuit.device,
    driver,
    hardwareId,
    name: circuit.name,
    model: circuit.model,
    firmware: driver === "shelly" ? "1.7.5" : "2.0.1",
    address: driver === "shelly" ? `192.168.1.${40 + index}` : undefined,
    state,
    online: !circuit.offline,
    ...(circuit.offline ? { offlineReason: { key: "state.silent" } } : {}),
    addedAt: NOW - 40 * DAY,
    seenAt: circuit.offline ? NOW - 47 * 60_000 : NOW,
    channels,
  } as Device;
  return { circuit, device, channels, points };
}

const switches = new Map<string, boolean>();
/** What a person switched; the simulated loads obey. */
export const setSwitch = (channel: string, state: boolean): void => void switches.set(channel, state);

function valueOf(circuit: Circuit, { id, phase, switchable }: Channel, metric: string, at: number): number | null {
  if (metric === "history_w") return circuit.watts(at);
  const hourOfGap = at > NOW - 3 * DAY && at < NOW - 3 * DAY + 5 * 3_600_000;
  const shortGap = at > NOW - 200_000 && at < NOW - 172_000;
  if ((hourOfGap || shortGap) && !circuit.pending) return null;
  if (circuit.offline && at > NOW - 47 * 60_000) return null;
  const state = switches.get(id) ?? circuit.name !== "Bomba de agua";
  if (metric === "switch_on") return switchable ? Number(state) : null;
  const share = phase ? ([0.33, 0.36, 0.31][phase - 1] ?? 0.33) : 1;
  const watts = switchable && !state ? 0 : circuit.watts(at) * share;
  const volts = 127.2 + 1.3 * wave(at, 11, phase ?? 0) + 0.3 * noise(at, 20 + (phase ?? 0)) - Math.abs(watts) / 2_600;
  switch (metric) {
    case "power_w":
      return watts;
    case "voltage_v":
      return volts;
    case "current_a":
      return Math.abs(watts) / volts / 0.93 + 0.02 * noise(at, 30 + (phase ?? 0));
    case "power_factor":
      return 0.91 + 0.03 * wave(at, 7, phase ?? 0);
    case "frequency_hz":
      return 60 + 0.03 * wave(at, 1, 9);
    case "temperature_c":
      return 41 + 3 * wave(at, 50, 1);
    case "energy_import_wh":
      return 1_284_300 + ((at - NOW) / 3_600_000) * 900 * share;
    default:
      return null;
  }
}

function plugins(kind: string): Plugin[] {
  const base = {
    firstParty: true,
    isolation: "inline" as const,
    since: NOW - 3 * DAY,
    crashes: [],
    permissions: [],
    configSchema: { type: "object", properties: {} },
    config: {},
    secretsSet: [],
    inbox: { messages: 0, bytes: 0 },
    counters: [],
  };
  return [
    { ...base, id: "shelly", name: "Shelly", version: "0.1.0", state: "running" },
    { ...base, id: "esp32-meter", name: "ESP32 meter", version: "0.1.0", state: "running" },
    ...(kind === "home"
      ? [
          {
            ...base,
            id: "forecast",
            name: "Pronóstico solar",
            version: "0.1.0",
            state: "running" as const,
            ui: {
              module: "/plugins/forecast/ui.js",
              panels: [
                { id: "main", element: "forecast-panel", title: { key: "Pronóstico solar" }, icon: "sun" },
                // What goes wrong: an element that never comes, and one that throws while it draws.
                { id: "missing", element: "forecast-missing", title: { key: "Falta" } },
                { id: "broken", element: "forecast-broken", title: { key: "Rota" } },
              ],
              cards: [],
            },
          },
        ]
      : []),
    ...(kind === "quarantine"
      ? [{ ...base, id: "pool", name: "Pool heat pump", version: "0.9.0", state: "quarantined" as const }]
      : []),
  ];
}
