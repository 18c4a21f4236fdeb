import type { DeviceId, Instant } from "@vatio/plugin-api";
import { seededRandom } from "@vatio/testkit/seeded-random";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type CredentialDevices, MqttCredentials } from "../../src/mqtt/mqtt-credentials.js";
import { createSecretStore } from "../../src/settings/index.js";
import type { SecretStore } from "../../src/settings/types.js";
import type { OpenedState } from "../../src/store/index.js";
import { memoryState } from "./support/memory-state.js";
import { quietLog } from "./support/quiet-log.js";
import { DEVICE_TOPICS } from "./support/test-broker.js";

const PLUG = "shelly:a8032412c3d4" as DeviceId;
const WIRE = "shellyplus1pm-a8032412c3d4";

let state: OpenedState;
let clock: VirtualClock;
let secrets: SecretStore;
const log = quietLog();

const random = seededRandom(3);

async function credentials(devices?: CredentialDevices): Promise<MqttCredentials> {
  const made = new MqttCredentials({ state, secrets, clock, random, log, ...(devices && { devices }) });
  made.setDeviceTopics(DEVICE_TOPICS);
  await made.load();
  return made;
}

/** One known device that used these topics, the latest first. */
const knownDevice = (topics: readonly string[] = []): CredentialDevices => ({
  get: (id) => (id === PLUG ? ({ hardwareId: "a8032412c3d4", state: "active" } as never) : undefined),
  rawMessages: () => topics.map((topic) => ({ topic }) as never),
});

beforeEach(async () => {
  state = await memoryState();
  clock = new VirtualClock(1_700_000_000_000 as Instant);
  secrets = createSecretStore({ database: state, key: new Uint8Array(32), random, clock });
  return () => state.close();
});

describe("onboarding", () => {
  it("has a password that can be shown again, also after a restart, and that is nowhere in clear", async () => {
    const first = await credentials();
    const login = await first.onboarding();
    expect(login.username).toBe("vatio");
    expect(login.password).toMatch(/^[A-Z2-9]{26}$/);
    expect(first.verify(login.username, login.password)?.kind).toBe("onboarding");
    const second = await credentials();
    expect(await second.onboarding()).toEqual(login);
    expect(second.verify(login.username, login.password)).toBeDefined();
    const rows = await state.all<object>("SELECT * FROM mqtt_credentials");
    expect(JSON.stringify(rows)).not.toContain(login.password);
  });

  it("gets a new password on demand, and when the old one can no longer be read", async () => {
    const made = await credentials();
    const removed: (string | undefined)[] = [];
    made.onChange((id) => removed.push(id));
    const old = await made.onboarding();
    const next = await made.rotateOnboarding();
    expect(made.verify(old.username, old.password)).toBeUndefined();
    expect(made.verify(next.username, next.password)).toBeDefined();
    expect(removed).toContain(made.list()[0]?.id);
    await secrets.delete("mqtt", "onboarding");
    const after = await credentials();
    const { password } = await after.onboarding();
    expect(after.verify("vatio", password)).toBeDefined();
    expect(after.verify("vatio", next.password)).toBeUndefined();
    expect(after.list()).toHaveLength(1);
  });

  it("cannot be removed", async () => {
    const made = await credentials();
    await expect(made.remove(made.list()[0]?.id ?? "")).rejects.toMatchObject({ code: "E_CREDENTIAL_INVALID" });
  });
});

describe("credentials of devices", () => {
  it("know the device's topics by the id on the wire that it was seen with", async () => {
    const made = await credentials(knownDevice(["vatio/shelly/rpc", `${WIRE}/status/switch:0`]));
    const { credential, password } = await made.createDevice({ device: PLUG });
    expect(credential).toMatchObject({ kind: "device", username: "shelly-a8032412c3d4", device: PLUG, wireId: WIRE });
    expect(credential.publish).toContain(`${WIRE}/online`);
    expect(JSON.stringify(credential)).not.toMatch(/secret|hmac/i);
    const verified = (await credentials(knownDevice())).verify(credential.username, password);
    expect(verified?.wireId).toBe(WIRE);
  });

  it("take the id that a person types, else the hardware id", async () => {
    const made = await credentials(knownDevice());
    expect((await made.createDevice({ device: PLUG })).credential.wireId).toBe("a8032412c3d4");
    const typed = await made.createDevice({ device: PLUG, wireId: "home/kitchen", username: "kitchen" });
    expect(made.rights(typed.credential.id).mayPublish("home/kitchen/online")).toBe(true);
  });

  it("follow the topics of the driver, also while it is not there", async () => {
    const made = await credentials(knownDevice());
    const { credential } = await made.createDevice({ device: PLUG, wireId: WIRE });
    const onboarding = made.list().find(({ kind }) => kind === "onboarding")?.id ?? "";
    made.setDeviceTopics([]);
    expect(made.rights(credential.id).mayPublish(`${WIRE}/online`)).toBe(true);
    made.setDeviceTopics([
      { ...(DEVICE_TOPICS[0] as (typeof DEVICE_TOPICS)[0]), publish: ["new/{device}", "{device}/online"] },
    ]);
    expect(made.rights(credential.id).mayPublish(`new/${WIRE}`)).toBe(true);
    expect(made.rights(credential.id).mayPublish(`${WIRE}/events/rpc`)).toBe(false);
    expect(made.rights(onboarding).mayPublish(`new/${WIRE}`)).toBe(false);
    expect(made.rights(onboarding).mayPublish("new/other")).toBe(true);
  });

  it.each([
    [{ device: "shelly:unknown" as DeviceId }, "E_DEVICE_UNKNOWN"],
    [{ device: PLUG, wireId: "a/#" }, "E_CREDENTIAL_INVALID"],
    [{ device: PLUG, wireId: "$SYS" }, "E_CREDENTIAL_INVALID"],
    [{ device: PLUG, username: "vatio" }, "E_CREDENTIAL_CONFLICT"],
    [{ device: PLUG, username: "a/b" }, "E_CREDENTIAL_INVALID"],
    [{ device: PLUG, username: "" }, "E_CREDENTIAL_INVALID"],
  ])("refuses %j: %s", async (wanted, code) => {
    const made = await credentials(knownDevice());
    await expect(made.createDevice(wanted)).rejects.toMatchObject({ code });
    expect(made.list()).toHaveLength(1);
  });

  it("refuses a device whose driver has no topics", async () => {
    const made = await credentials();
    await expect(made.createDevice({ device: "other:1" as DeviceId })).rejects.toMatchObject({
      code: "E_CREDENTIAL_INVALID",
    });
  });
});

/** The first use is written behind the sign-in, which does not wait for it. */
async function storedUse(id: string): Promise<number | null | undefined> {
  const [row] = await state.all<{ last_used_at: number | null }>(
    "SELECT last_used_at FROM mqtt_credentials WHERE id = ?",
    [id],
  );
  return row?.last_used_at;
}

describe("credentials of integrations", () => {
  it("are unique by name, also when two people are as quick as each other", async () => {
    const made = await credentials();
    const wanted = { username: "zigbee2mqtt", publish: ["zigbee2mqtt/#"], subscribe: ["zigbee2mqtt/+/set"] };
    const results = await Promise.allSettled([made.createIntegration(wanted), made.createIntegration(wanted)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(made.list()).toHaveLength(2);
  });

  it.each(["a/#/b", "$SYS/#", "", "a\nb"])("refuse the filter %j", async (filter) => {
    const made = await credentials();
    await expect(made.createIntegration({ username: "x", publish: [filter], subscribe: [] })).rejects.toMatchObject({
      code: "E_CREDENTIAL_INVALID",
    });
  });

  it("can get a new password and go", async () => {
    const made = await credentials();
    const first = await made.createIntegration({ username: "bridge", publish: ["#"], subscribe: [] });
    const second = await made.resetPassword(first.credential.id);
    expect(made.verify("bridge", first.password)).toBeUndefined();
    expect(made.verify("bridge", second.password)?.id).toBe(first.credential.id);
    await made.remove(first.credential.id);
    expect(made.verify("bridge", second.password)).toBeUndefined();
    expect(made.rights(first.credential.id).mayPublish("a")).toBe(false);
    await expect(made.remove(first.credential.id)).rejects.toMatchObject({ code: "E_CREDENTIAL_UNKNOWN" });
    expect((await credentials()).list()).toHaveLength(1);
  });

  it("remember when they were used, without a write for each connection", async () => {
    const made = await credentials();
    const { credential, password } = await made.createIntegration({ username: "bridge", publish: [], subscribe: [] });
    made.verify("bridge", password);
    const first = clock.now();
    clock.jumpTo((first + 60_000) as Instant);
    made.verify("bridge", password);
    expect(made.list().find(({ id }) => id === credential.id)?.lastUsedAt).toBe(first);
    await vi.waitFor(async () => expect(await storedUse(credential.id)).toBe(first));
  });
});

describe("what is stored", () => {
  it("lets nobody in when it cannot be read, and says so", async () => {
    const made = await credentials();
    const { credential, password } = await made.createIntegration({ username: "bridge", publish: [], subscribe: [] });
    await state.run("UPDATE mqtt_credentials SET publish = '{broken' WHERE id = ?", [credential.id]);
    const after = await credentials();
    expect(after.verify("bridge", password)).toBeUndefined();
    expect(log.lines.some(({ level, message }) => level === "error" && message.includes("cannot be read"))).toBe(true);
  });
});
