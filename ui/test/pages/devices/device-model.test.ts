import { describe, expect, it } from "vitest";
import type { Channel } from "../../../src/data/api.js";
import {
  acceptableChannels,
  acceptance,
  type DeviceEntry,
  decide,
  guessRole,
  heardAt,
  mainPoints,
  noneWaiting,
  proposeChoices,
  selectDevices,
  totalOf,
  waitingChannels,
} from "../../../src/pages/devices/device-model.js";
import { device, point } from "../../support/points.js";

const channel = (key: string, more: Partial<Channel> = {}): Channel => ({
  id: `shelly:a/${key}`,
  device: "shelly:a",
  key,
  kind: "meter",
  metrics: ["power_w"],
  switchable: false,
  ...more,
});
const threePhases = [
  channel("em:0"),
  channel("em:0/a", { phase: 1 }),
  channel("em:0/b", { phase: 2 }),
  channel("em:0/c", { phase: 3 }),
  channel("temperature:0", { kind: "sensor", metrics: ["temperature_c"] }),
];

describe("acceptableChannels", () => {
  it("are the total, not its phases, and nothing that only feels", () => {
    expect(acceptableChannels(threePhases).map(({ key }) => key)).toEqual(["em:0"]);
  });

  it("are the phases where there is no total", () => {
    expect(acceptableChannels(threePhases.slice(1)).map(({ key }) => key)).toEqual(["em:0/a", "em:0/b", "em:0/c"]);
  });

  it("hold a switch that measures nothing", () => {
    expect(
      acceptableChannels([channel("switch:0", { kind: "switch", metrics: ["switch_on"], switchable: true })]),
    ).toHaveLength(1);
  });
});

describe("waitingChannels", () => {
  const taken = (key: string, more: Partial<Channel> = {}): Channel => channel(key, { ...more, point: `p-${key}` });

  it.each<[string, readonly Channel[], readonly string[]]>([
    ["nothing when all have their points", [taken("switch:0")], []],
    ["what came later", [taken("switch:0"), channel("switch:1")], ["switch:1"]],
    ["not what only feels", [taken("switch:0"), threePhases[4] ?? channel("x")], []],
    ["a total with its phases as one", [taken("switch:0"), ...threePhases], ["em:0"]],
    ["a phase whose total is there already", [taken("em:0"), channel("em:0/a", { phase: 1 })], ["em:0/a"]],
  ])("are %s", (_what, channels, keys) => {
    expect(waitingChannels({ ...device("shelly:a"), channels: [...channels] }).map(({ key }) => key)).toEqual(keys);
  });
});

describe("guessRole", () => {
  it.each([
    [threePhases[0], "grid"],
    [channel("switch:0", { switchable: true }), "load"],
    [channel("main"), "circuit"],
    [channel("motor", { kind: "motor" }), "motor"],
  ])("of channel %# is %s", (each, role) => {
    expect(each && guessRole(each, threePhases)).toBe(role);
  });
});

describe("proposeChoices", () => {
  const clamps = [0, 1, 2].map((n) => channel(`emeter:${n}`, { phase: ([1, 2, 3] as const)[n] ?? 1 }));
  const relay = channel("relay:0", { kind: "switch", switchable: true });
  const meter = (count: number) => device("shelly:a", { name: "3EM", channels: clamps.slice(0, count) });
  const roles = (choices: ReturnType<typeof proposeChoices>) => choices.map(({ role }) => role);

  it("proposes the connection for every phase of a meter without a total, from the first on", () => {
    for (const count of [1, 2, 3]) expect(roles(proposeChoices(meter(count)))).toEqual(Array(count).fill("grid"));
  });

  it("leaves the relay of such a meter a load", () => {
    const whole = { ...meter(3), channels: [relay, ...clamps] };
    expect(roles(proposeChoices(whole))).toEqual(["load", "grid", "grid", "grid"]);
  });

  it("keeps what was decided while more channels arrive, which take the role of their meter", () => {
    const decisions = decide(new Map(), "emeter:0", { role: "generation", name: "Techo" });
    expect(proposeChoices(meter(1), decisions)).toMatchObject([{ name: "Techo", role: "generation" }]);
    expect(proposeChoices(meter(3), decisions)).toMatchObject([
      { name: "Techo", role: "generation" },
      { name: "3EM 2", role: "generation" },
      { name: "3EM 3", role: "generation" },
    ]);
  });

  it("lets the newest decision lead the phases that nobody decided about", () => {
    const first = decide(decide(new Map(), "emeter:1", { role: "circuit" }), "emeter:0", { role: "storage" });
    expect(roles(proposeChoices(meter(3), first))).toEqual(["storage", "circuit", "storage"]);
    const renamed = decide(first, "emeter:2", { name: "L3" });
    expect(roles(proposeChoices(meter(3), renamed))).toEqual(["storage", "circuit", "storage"]);
  });

  it("hands the role of the phases to a total that arrives after them", () => {
    const decisions = decide(new Map(), "em:0/b", { role: "generation" });
    const whole = device("shelly:a", { channels: threePhases });
    expect(proposeChoices(whole, decisions)).toMatchObject([{ key: "em:0", role: "generation" }]);
  });

  it("does not take the phases of one total for those of another with a longer number", () => {
    const channels = [channel("em:1"), channel("em:10"), channel("em:10/a", { phase: 1 })];
    expect(roles(proposeChoices(device("shelly:a", { channels })))).toEqual(["circuit", "grid"]);
  });
});

describe("acceptance", () => {
  it("gives the one circuit of a device its name", () => {
    const plug = device("shelly:a", { name: "Shelly Plug", channels: [channel("switch:0", { switchable: true })] });
    expect(acceptance("  Fridge ", proposeChoices(plug))).toEqual({
      name: "Fridge",
      channels: [{ key: "switch:0", role: "load", name: "Fridge" }],
    });
  });

  it("keeps the names of several circuits and never sends an empty one", () => {
    const strip = device("shelly:a", { name: "Strip", channels: [channel("switch:0"), channel("switch:1")] });
    const [first, second] = proposeChoices(strip);
    const choices =
      first && second
        ? [
            { ...first, name: " Lamp " },
            { ...second, name: " " },
          ]
        : [];
    expect(acceptance("Strip", choices).channels?.map(({ name }) => name)).toEqual(["Lamp", "Strip"]);
  });
});

describe("selectDevices", () => {
  const entries: DeviceEntry[] = [
    {
      device: device("a:1", { name: "Clima", seenAt: 5 }),
      points: [point("p", "load", { location: "Sala" })],
      watts: 100,
    },
    { device: device("a:2", { name: "Inversor", seenAt: 9 }), points: [], watts: -2_000 },
    {
      device: device("a:3", { name: "Bomba", seenAt: 1, online: false, address: "192.168.1.44" }),
      points: [],
      watts: undefined,
    },
  ];
  const names = (options: Parameters<typeof selectDevices>[1]): string[] =>
    selectDevices(entries, options).map(({ device: { name } }) => name);

  it("orders by power, whatever its sign, by name and by the last message", () => {
    expect(names({ filter: "all", order: "power", text: "" })).toEqual(["Inversor", "Clima", "Bomba"]);
    expect(names({ filter: "all", order: "name", text: "" })).toEqual(["Bomba", "Clima", "Inversor"]);
    expect(names({ filter: "all", order: "seen", text: "" })).toEqual(["Inversor", "Clima", "Bomba"]);
  });

  it("finds by place and address, and filters by state", () => {
    expect(names({ filter: "all", order: "name", text: "SALA" })).toEqual(["Clima"]);
    expect(names({ filter: "all", order: "name", text: "1.44" })).toEqual(["Bomba"]);
    expect(names({ filter: "silent", order: "name", text: "" })).toEqual(["Bomba"]);
    expect(names({ filter: "online", order: "name", text: "bomba" })).toEqual([]);
  });
});

describe("mainPoints", () => {
  it("leaves out phases whose total is there", () => {
    const total = point("em", "grid");
    const phase = point("l1", "grid", { parent: "em", phase: 1 });
    expect(mainPoints([total, phase])).toEqual([total]);
    expect(mainPoints([phase])).toEqual([phase]);
  });
});

describe("noneWaiting", () => {
  it("says that nobody has spoken only while that is so", () => {
    expect(noneWaiting([])).toBe("pending.none");
    expect(noneWaiting([device("shelly:a", { seenAt: 5 })])).toBe("pending.noneNew");
    expect(noneWaiting([device("shelly:a", { state: "blocked" })])).toBe("pending.noneNew");
  });
});

describe("totalOf", () => {
  it("is the sum of all, and nothing while one is unknown", () => {
    expect(totalOf([1, 2, 3])).toBe(6);
    expect(totalOf([0])).toBe(0);
    expect(totalOf([1, undefined, 3])).toBeUndefined();
    expect(totalOf([])).toBeUndefined();
  });
});

describe("heardAt", () => {
  it("is the newest of list and readings", () => {
    const heard = device("a:1", { seenAt: 5, channels: [channel("main", { point: "p" })] });
    expect(heardAt(heard, { seenAt: (target) => (target === "p" ? 9 : undefined) })).toBe(9);
    expect(heardAt(heard, { seenAt: () => undefined })).toBe(5);
  });
});
