import type { PluginId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DeviceTopics,
  deviceFilters,
  deviceOnWire,
  onboardingRights,
  ownedTopics,
  rightsOf,
  templateProblem,
  wireIdProblem,
} from "../../src/mqtt/rights.js";
import { topicMatches } from "../../src/mqtt/topic-filter.js";

const shelly: DeviceTopics = {
  driver: "shelly" as PluginId,
  publish: ["{device}/online", "{device}/events/rpc", "{device}/status/+", "shellies/{device}/#", "vatio/shelly/rpc"],
  subscribe: ["{device}/rpc", "{device}/command/#", "shellies/{device}/relay/+/command", "shellies/command"],
};
const meter: DeviceTopics = {
  driver: "esp32-meter" as PluginId,
  publish: ["enertrack/{device}/+", "em/1/{device}/data", "energy/consumption"],
  subscribe: ["em/1/{device}/cmd"],
};
const nobody = ownedTopics([]);

describe("rights of a device", () => {
  const { publish, subscribe } = deviceFilters(shelly, "shellyplus1pm-a8032412c3d4");
  const rights = rightsOf(publish, subscribe);

  it.each([
    ["shellyplus1pm-a8032412c3d4/online", true],
    ["shellyplus1pm-a8032412c3d4/events/rpc", true],
    ["shellyplus1pm-a8032412c3d4/status/switch:0", true],
    ["shellyplus1pm-a8032412c3d4/status/switch:0/deep", false],
    ["shellyplus1pm-a8032412c3d4/rpc", false],
    ["shellies/shellyplus1pm-a8032412c3d4/relay/0", true],
    ["vatio/shelly/rpc", true],
    ["vatio/other/rpc", false],
    ["shellyplus1pm-000000000000/online", false],
    ["energy/consumption", false],
    ["$SYS/broker", false],
    ["+/online", false],
    ["", false],
  ])("publishes on %s: %s", (topic, allowed) => {
    expect(rights.mayPublish(topic)).toBe(allowed);
  });

  it.each([
    ["shellyplus1pm-a8032412c3d4/rpc", true],
    ["shellyplus1pm-a8032412c3d4/command/#", true],
    ["shellyplus1pm-a8032412c3d4/command/+", true],
    ["shellies/command", true],
    ["shellyplus1pm-000000000000/rpc", false],
    ["+/rpc", false],
    ["#", false],
    ["$SYS/#", false],
    ["shellyplus1pm-a8032412c3d4/#", false],
    ["vatio/shelly/rpc", false],
    ["a+", false],
  ])("subscribes to %s: %s", (filter, allowed) => {
    expect(rights.maySubscribe(filter)).toBe(allowed);
  });

  it("works with a topic prefix of several levels", () => {
    const home = deviceFilters(shelly, "home/kitchen/plug");
    const own = rightsOf(home.publish, home.subscribe);
    expect(own.mayPublish("home/kitchen/plug/events/rpc")).toBe(true);
    expect(own.mayPublish("home/kitchen/other/events/rpc")).toBe(false);
    expect(own.mayReceive("home/kitchen/plug/rpc")).toBe(true);
  });

  const level = fc.constantFrom(
    "one",
    "two",
    "rpc",
    "online",
    "status",
    "command",
    "shellies",
    "events",
    "+",
    "#",
    "$SYS",
  );
  const anyTopic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/"));

  it("never lets a device leave its own topics", () => {
    const { publish: mayPublish, subscribe: maySubscribe } = deviceFilters(shelly, "one");
    const own = rightsOf(mayPublish, maySubscribe);
    const outside = (topic: string): boolean =>
      !topic.split("/").includes("one") && topic !== "vatio/shelly/rpc" && topic !== "shellies/command";
    fc.assert(
      fc.property(anyTopic, (topic) => {
        if (outside(topic))
          expect([own.mayPublish(topic), own.maySubscribe(topic), own.mayReceive(topic)]).toEqual([
            false,
            false,
            false,
          ]);
      }),
    );
  });

  it("grants a subscription only when every topic that it brings may be received", () => {
    const { publish: mayPublish, subscribe: maySubscribe } = deviceFilters(shelly, "one");
    const own = rightsOf(mayPublish, maySubscribe);
    const plain = anyTopic.filter((topic) => !/[+#]/.test(topic));
    fc.assert(
      fc.property(anyTopic, plain, (filter, topic) => {
        if (own.maySubscribe(filter) && topicMatches(filter, topic)) expect(own.mayReceive(topic)).toBe(true);
      }),
    );
  });
});

describe("rights of an integration", () => {
  it("covers its filters, whatever part of them is asked for, and never the broker's own topics", () => {
    const rights = rightsOf(["zigbee2mqtt/#"], ["zigbee2mqtt/+/set", "#"]);
    expect(rights.mayPublish("zigbee2mqtt/Küche Steckdose")).toBe(true);
    expect(rights.mayPublish("zigbee2mqtt")).toBe(true);
    expect(rights.mayPublish("other")).toBe(false);
    expect(rights.maySubscribe("a/+/b/#")).toBe(true);
    expect(rights.maySubscribe("$SYS/#")).toBe(false);
    expect(rights.mayReceive("$SYS/uptime")).toBe(false);
  });
});

describe("rights of onboarding", () => {
  const rights = onboardingRights([shelly, meter], nobody);

  it.each([
    ["shellyplus1pm-a8032412c3d4/events/rpc", true],
    ["anything/online", true],
    ["vatio/shelly/rpc", true],
    ["enertrack/24A3BC12/tension", true],
    ["energy/consumption", true],
    ["enertrack/24A3BC12/deep/er", false],
    ["shellyplus1pm-a8032412c3d4/rpc", false],
    ["em/1/abc/cmd", false],
    ["zigbee2mqtt/plug", false],
    ["shellies/abc/relay/0", true],
    ["shellies/abc/relay/0/command", false],
    ["shellies/command", false],
    ["$SYS/x/online", false],
    ["$x/online", false],
  ])("publishes on %s: %s", (topic, allowed) => {
    expect(rights.mayPublish(topic)).toBe(allowed);
  });

  it.each([
    ["shellyplus1pm-a8032412c3d4/rpc", true],
    ["shellyplus1pm-a8032412c3d4/command/#", true],
    ["shellyplus1pm-a8032412c3d4/command", true],
    ["shellies/abc/relay/+/command", true],
    ["shellies/command", true],
    ["+/rpc", false],
    ["+/command/#", false],
    ["#", false],
    ["+/#", false],
    ["shellies/+/relay/0/command", false],
    ["shellyplus1pm-a8032412c3d4/events/rpc", false],
    ["vatio/shelly/rpc", false],
    ["enertrack/24A3BC12/tension", false],
    ["$SYS/#", false],
  ])("subscribes to %s: %s", (filter, allowed) => {
    expect(rights.maySubscribe(filter)).toBe(allowed);
  });

  it("does not hand answers meant for the hub to a device that calls itself like their topic", () => {
    const answers = onboardingRights([{ ...shelly, publish: ["{device}/online", "vatio/rpc"] }], nobody);
    expect(answers.maySubscribe("vatio/rpc")).toBe(false);
    expect(answers.mayReceive("vatio/rpc")).toBe(false);
    expect(answers.maySubscribe("other/rpc")).toBe(true);
  });

  it("never lets a device give orders to another one, and lets it answer the hub all the same", () => {
    const topic = fc
      .array(fc.constantFrom("a", "rpc", "command", "shellies", "relay", "online", "vatio"), {
        minLength: 1,
        maxLength: 5,
      })
      .map((levels) => levels.join("/"));
    const answering = onboardingRights([{ ...shelly, publish: [...shelly.publish, "vatio/rpc"] }], nobody);
    fc.assert(fc.property(topic, (name) => !answering.mayPublish(name) || !answering.mayReceive(name)));
    expect(answering.mayPublish("vatio/rpc")).toBe(true);
    expect(answering.mayPublish("other/rpc")).toBe(false);
  });

  const wireId = fc.constantFrom("one", "two", "shellies", "enertrack", "x y");
  const tail = fc.constantFrom("rpc", "online", "events/rpc", "status/a", "command/x", "command/#", "#", "relay/0");
  const filter = fc
    .tuple(fc.constantFrom("", "shellies/", "enertrack/"), wireId, tail)
    .map(([head, id, rest]) => `${head}${id}/${rest}`);

  it("neither publishes on nor hears anything of a device that has a credential of its own", () => {
    fc.assert(
      fc.property(filter, wireId, (asked, id) => {
        const owned = deviceFilters(shelly, id).own;
        const left = onboardingRights([shelly, meter], ownedTopics(owned));
        const touches = owned.some((own) => topicMatches(own, asked));
        if (touches)
          expect([left.mayPublish(asked), left.maySubscribe(asked), left.mayReceive(asked)]).toEqual([
            false,
            false,
            false,
          ]);
      }),
    );
  });

  it("leaves shared topics to onboarding when a device gets its own credential", () => {
    const left = onboardingRights([shelly], ownedTopics(deviceFilters(shelly, "one").own));
    expect(left.mayPublish("vatio/shelly/rpc")).toBe(true);
    expect(left.mayPublish("two/online")).toBe(true);
    expect(left.mayPublish("one/online")).toBe(false);
    expect(left.maySubscribe("one/rpc")).toBe(false);
  });
});

describe("templates", () => {
  it.each([
    ["{device}/events/rpc", "plug/events/rpc", "plug"],
    ["{device}/events/rpc", "home/plug/events/rpc", undefined],
    ["shellies/{device}/#", "shellies/abc", "abc"],
    ["node-{device}/data", "node-7/data", "7"],
    ["node-{device}/data", "node-/data", undefined],
    ["em/1/{device}/{device}", "em/1/a/a", "a"],
    ["em/1/{device}/{device}", "em/1/a/b", undefined],
    ["energy/consumption", "energy/consumption", ""],
    ["{device}/online", "+/online", undefined],
    ["{device}/online", "#", undefined],
  ])("%s and %s name the device %s", (template, topic, device) => {
    expect(deviceOnWire(template, topic)).toBe(device);
  });

  it.each([
    ["{device}/online", undefined],
    ["#", "too-wide"],
    ["+/online", "too-wide"],
    ["$SYS/{device}", "too-wide"],
    ["a/{device}#", "wildcard"],
  ])("%s: %s", (template, problem) => {
    expect(templateProblem(template)).toBe(problem);
  });

  it.each([
    ["shellyplus1pm-a8032412c3d4", undefined],
    ["home/kitchen", undefined],
    ["", "empty"],
    ["a//b", "empty-level"],
    ["/a", "empty-level"],
    ["+", "wildcard"],
    ["a/#", "wildcard"],
    ["$SYS", "reserved"],
    ["a\nb", "control-character"],
  ])("an id on the wire such as %j: %s", (id, problem) => {
    expect(wireIdProblem(id)).toBe(problem);
  });
});
