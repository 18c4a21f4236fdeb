import { driverOf } from "@vatio/model";
import { type DeviceId, type Instant, type Log, minutes, type PluginId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Random, readableCode, ulids } from "../random.js";
import type { DeviceRegistry } from "../registry/types.js";
import type { SecretStore } from "../settings/types.js";
import type { StateDatabase } from "../store/types.js";
import { CredentialStore, type StoredCredential } from "./credential-store.js";
import {
  type ClientRights,
  type DeviceTopics,
  deviceFilters,
  deviceOnWire,
  onboardingRights,
  ownedTopics,
  rightsOf,
  templateProblem,
  wireIdProblem,
} from "./rights.js";
import { hashSecret, secretMatches } from "./secret-hash.js";
import { filterProblem, isReserved } from "./topic-filter.js";
import type { MqttCredential } from "./types.js";

/** What the credentials need to know of devices. */
export type CredentialDevices = Pick<DeviceRegistry, "get" | "rawMessages">;

/** User name and password as a person types them into a device. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** A new credential with its password, which is shown once. */
export interface CreatedCredential {
  readonly credential: MqttCredential;
  readonly password: string;
}

/** Who a new device credential is for. */
export interface NewDeviceCredential {
  readonly device: DeviceId;
  /** The device's id on the wire (a Shelly's topic prefix). Left out: taken from the topics that it used, else its hardware id. */
  readonly wireId?: string;
  readonly username?: string;
}

/** What a new integration may do. */
export interface NewIntegration {
  readonly username: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface MqttCredentialsOptions {
  readonly state: StateDatabase;
  readonly secrets: SecretStore;
  readonly clock: HubClock;
  readonly random: Random;
  readonly log: Log;
  readonly devices?: CredentialDevices;
}

const OWNER = "mqtt";
const ONBOARDING = "onboarding";
const ONBOARDING_USERNAME = "vatio";
/** 31 symbols each: just over 128 bits. */
const PASSWORD_LENGTH = 26;
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._@:~-]{0,99}$/;
/** The time of last use is written at most this often, for the sake of SD cards. */
const USED_EVERY = minutes(10);

const NO_RIGHTS = rightsOf([], []);

const withoutSecret = ({ secretHash: _hash, driver: _driver, ...credential }: StoredCredential): MqttCredential =>
  credential;

/** Who may connect to the embedded broker, and what each may do. Kept in memory, written through to `state.duckdb`. */
export class MqttCredentials {
  readonly #store: CredentialStore;
  readonly #secrets: SecretStore;
  readonly #clock: HubClock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #devices: CredentialDevices | undefined;
  readonly #newId: () => string;
  readonly #byId = new Map<string, StoredCredential>();
  readonly #byName = new Map<string, string>();
  readonly #rights = new Map<string, ClientRights>();
  readonly #listeners = new Set<(removed: string | undefined) => void>();
  readonly #usedAt = new Map<string, Instant>();
  #topics: readonly DeviceTopics[] = [];

  constructor({ state, secrets, clock, random, log, devices }: MqttCredentialsOptions) {
    this.#store = new CredentialStore(state, log);
    this.#secrets = secrets;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#devices = devices;
    this.#newId = ulids(clock, random);
  }

  /** Reads what is stored, and makes the onboarding credential when there is none or its password is gone. */
  async load(): Promise<void> {
    for (const credential of await this.#store.all()) this.#keep(credential);
    const password = await this.#secrets.get(OWNER, ONBOARDING);
    const onboarding = this.#onboarding();
    if (!onboarding || password === undefined || !secretMatches(onboarding.secretHash, password))
      await this.rotateOnboarding();
  }

  /** Topic templates of the drivers that there are: rights of devices follow them. */
  setDeviceTopics(topics: readonly DeviceTopics[]): void {
    this.#topics = topics.map(({ driver, publish, subscribe }) => ({
      driver,
      publish: publish.filter((template) => this.#isUsable(driver, template)),
      subscribe: subscribe.filter((template) => this.#isUsable(driver, template)),
    }));
    this.#changed();
  }

  list(): readonly MqttCredential[] {
    return [...this.#byId.values()].map((credential) => this.#public(credential));
  }

  /** What a signed-in person types into a device that has no credential of its own. */
  async onboarding(): Promise<Login> {
    const password = await this.#secrets.get(OWNER, ONBOARDING);
    return password === undefined ? this.rotateOnboarding() : { username: ONBOARDING_USERNAME, password };
  }

  /** Gives onboarding a new password: devices that still use the old one must be set up again. */
  async rotateOnboarding(): Promise<Login> {
    const password = this.#newPassword();
    const old = this.#onboarding();
    const secretHash = hashSecret(this.#random, password);
    await this.#secrets.set(OWNER, ONBOARDING, password);
    await this.#save({ ...(old ?? this.#blank("onboarding", ONBOARDING_USERNAME)), secretHash });
    if (old) this.#changed(old.id);
    return { username: ONBOARDING_USERNAME, password };
  }

  /**
   * Gives a device a credential of its own; onboarding loses the right to its topics at once.
   * @throws E_DEVICE_UNKNOWN, E_CREDENTIAL_INVALID, E_CREDENTIAL_CONFLICT
   */
  async createDevice({ device, wireId: given, username }: NewDeviceCredential): Promise<CreatedCredential> {
    if (this.#devices && !this.#devices.get(device)) {
      throw new VatioError("E_DEVICE_UNKNOWN", `No device is called ${device}. Choose one from the list of devices.`);
    }
    const driver = driverOf(device);
    const topics = this.#topicsOf(driver);
    if (!topics) {
      throw new VatioError(
        "E_CREDENTIAL_INVALID",
        `The driver ${driver} names no MQTT topics, so its devices need no credentials.`,
      );
    }
    const hardwareId = this.#devices?.get(device)?.hardwareId ?? device.slice(driver.length + 1);
    const wireId = given ?? this.#seenWireId(device, topics) ?? hardwareId;
    const problem = wireIdProblem(wireId);
    if (problem)
      throw new VatioError(
        "E_CREDENTIAL_INVALID",
        `"${wireId}" cannot be part of a topic (${problem}). Type the device's topic prefix.`,
      );
    const { publish, subscribe } = deviceFilters(topics, wireId);
    const name = username ?? device.replaceAll(/[^A-Za-z0-9._@~-]/g, "-");
    return this.#create({ ...this.#blank("device", name), device, driver, wireId, publish, subscribe });
  }

  /** Gives a bridge or another program its own credential. @throws E_CREDENTIAL_INVALID, E_CREDENTIAL_CONFLICT */
  async createIntegration({ username, publish, subscribe }: NewIntegration): Promise<CreatedCredential> {
    const bad = [...publish, ...subscribe].find((filter) => isReserved(filter) || filterProblem(filter) !== undefined);
    if (bad !== undefined) {
      throw new VatioError(
        "E_CREDENTIAL_INVALID",
        `"${bad}" is not a topic filter. Use levels with /, + for one level, # at the end for all below.`,
      );
    }
    return this.#create({ ...this.#blank("integration", username), publish, subscribe });
  }

  /** A new password for a credential; clients that are connected with the old one are cut off. @throws E_CREDENTIAL_UNKNOWN */
  async resetPassword(id: string): Promise<CreatedCredential> {
    const credential = this.#known(id);
    if (credential.kind === "onboarding") {
      const { password } = await this.rotateOnboarding();
      return { credential: this.#public(this.#known(id)), password };
    }
    const password = this.#newPassword();
    await this.#save({ ...credential, secretHash: hashSecret(this.#random, password) });
    this.#changed(id);
    return { credential: this.#public(this.#known(id)), password };
  }

  /** Takes a credential away; its clients are cut off. @throws E_CREDENTIAL_UNKNOWN, E_CREDENTIAL_INVALID for onboarding */
  async remove(id: string): Promise<void> {
    const credential = this.#known(id);
    if (credential.kind === "onboarding") {
      throw new VatioError(
        "E_CREDENTIAL_INVALID",
        "The onboarding credential cannot be removed. Give it a new password instead.",
      );
    }
    await this.#store.delete(id);
    this.#byId.delete(id);
    this.#byName.delete(credential.username);
    this.#changed(id);
  }

  /** The credential with this user name and password; undefined for a wrong one, and for a device that a person has blocked. */
  verify(username: string, password: string): MqttCredential | undefined {
    const credential = this.#byId.get(this.#byName.get(username) ?? "");
    if (!credential || !secretMatches(credential.secretHash, password) || this.#isBlocked(credential)) return undefined;
    this.#use(credential);
    return this.#public(credential);
  }

  /** What a credential may do now; nothing when it is gone. */
  rights(id: string): ClientRights {
    const credential = this.#byId.get(id);
    if (!credential || this.#isBlocked(credential)) return NO_RIGHTS;
    const rights = this.#rights.get(id) ?? this.#computeRights(credential);
    this.#rights.set(id, rights);
    return rights;
  }

  /** Calls back when rights have changed, with the id of a credential whose clients must go. */
  onChange(listener: (removed: string | undefined) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #isUsable(driver: PluginId, template: string): boolean {
    const problem = templateProblem(template);
    if (problem) this.#log.error("A topic of a driver's manifest is not used.", { driver, template, problem });
    return problem === undefined;
  }

  #computeRights(credential: StoredCredential): ClientRights {
    if (credential.kind === "onboarding") return onboardingRights(this.#topics, ownedTopics(this.#ownFilters()));
    const { publish, subscribe } = this.#filtersOf(credential);
    return rightsOf(publish, subscribe);
  }

  /** A device follows the templates of its driver; those of the day when it was made count while the driver is not there. */
  #filtersOf(credential: StoredCredential): {
    publish: readonly string[];
    subscribe: readonly string[];
    own: readonly string[];
  } {
    const topics = credential.driver === undefined ? undefined : this.#topicsOf(credential.driver);
    if (topics && credential.wireId !== undefined) return deviceFilters(topics, credential.wireId);
    const { publish, subscribe } = credential;
    return {
      publish,
      subscribe,
      own: [...publish, ...subscribe].filter((filter) => filter.includes(credential.wireId ?? "\0")),
    };
  }

  #ownFilters(): string[] {
    return [...this.#byId.values()]
      .filter(({ kind }) => kind === "device")
      .flatMap((credential) => this.#filtersOf(credential).own);
  }

  #topicsOf(driver: PluginId): DeviceTopics | undefined {
    return this.#topics.find((entry) => entry.driver === driver);
  }

  #seenWireId(device: DeviceId, topics: DeviceTopics): string | undefined {
    for (const { topic } of this.#devices?.rawMessages(device) ?? []) {
      const found = topics.publish
        .map((template) => deviceOnWire(template, topic))
        .find((id) => id !== undefined && id !== "");
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #isBlocked({ device }: StoredCredential): boolean {
    return device !== undefined && this.#devices?.get(device)?.state === "blocked";
  }

  #blank(kind: MqttCredential["kind"], username: string): StoredCredential {
    return {
      id: this.#newId(),
      kind,
      username,
      publish: [],
      subscribe: [],
      createdAt: this.#clock.now(),
      secretHash: "",
    };
  }

  async #create(blank: StoredCredential): Promise<CreatedCredential> {
    const { username, id } = blank;
    if (!USERNAME.test(username)) {
      throw new VatioError(
        "E_CREDENTIAL_INVALID",
        `"${username}" cannot be a user name. Use up to 100 letters, digits and . _ @ : ~ -`,
      );
    }
    if (this.#byName.has(username)) {
      throw new VatioError(
        "E_CREDENTIAL_CONFLICT",
        `The user name ${username} is taken. Choose another one, or remove the credential that has it.`,
      );
    }
    const password = this.#newPassword();
    this.#byName.set(username, id);
    try {
      await this.#save({ ...blank, secretHash: hashSecret(this.#random, password) });
    } catch (error) {
      this.#byName.delete(username);
      throw error;
    }
    return { credential: this.#public(this.#known(id)), password };
  }

  async #save(credential: StoredCredential): Promise<void> {
    await this.#store.put(credential);
    this.#keep(credential);
    this.#changed();
  }

  #keep(credential: StoredCredential): void {
    this.#byId.set(credential.id, credential);
    this.#byName.set(credential.username, credential.id);
  }

  #use({ id }: StoredCredential): void {
    const now = this.#clock.now();
    const before = this.#usedAt.get(id);
    if (before !== undefined && now - before < USED_EVERY) return;
    this.#usedAt.set(id, now);
    this.#store
      .used(id, now)
      .catch((error: unknown) =>
        this.#log.warn("The last use of an MQTT credential was not written.", { id, error: String(error) }),
      );
  }

  #public(credential: StoredCredential): MqttCredential {
    const lastUsedAt = this.#usedAt.get(credential.id) ?? credential.lastUsedAt;
    const { publish, subscribe } = this.#filtersOf(credential);
    return { ...withoutSecret(credential), publish, subscribe, ...(lastUsedAt !== undefined && { lastUsedAt }) };
  }

  #onboarding(): StoredCredential | undefined {
    return [...this.#byId.values()].find(({ kind }) => kind === "onboarding");
  }

  #known(id: string): StoredCredential {
    const credential = this.#byId.get(id);
    if (!credential)
      throw new VatioError(
        "E_CREDENTIAL_UNKNOWN",
        "This MQTT credential does not exist any more. Load the list again.",
      );
    return credential;
  }

  #newPassword(): string {
    return readableCode(this.#random, PASSWORD_LENGTH);
  }

  #changed(removed?: string): void {
    this.#rights.clear();
    for (const listener of this.#listeners) listener(removed);
  }
}
