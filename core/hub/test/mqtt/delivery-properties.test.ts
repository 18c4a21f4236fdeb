import { type MqttMessage, VatioError } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deferred, deferred } from "../../src/deferred.js";
import {
  inbox,
  message,
  newDelivery,
  passUntil,
  SHELLY,
  textOf,
  useDeliveryFixture,
  useStore,
  waiting,
} from "./support/delivery-fixture.js";
import { settle } from "./support/settle.js";

useDeliveryFixture();

type Move = "publish" | "finish" | "settle" | "stop" | "start" | "crash";

/** A plugin whose handlers end when the test says so, and what became of the messages for it. */
class Scenario {
  readonly delivery = newDelivery();
  readonly handled: string[] = [];
  readonly acknowledged = new Set<string>();
  readonly sent: string[] = [];
  /** Handlers end by themselves. */
  automatic = false;
  readonly #gates: Deferred<void>[] = [];
  #subscription: Disposable | undefined;

  async move(what: Move): Promise<void> {
    if (what === "settle") await settle(10);
    else this.#moves[what]();
  }

  start(): void {
    if (this.#subscription) return;
    this.#subscription = this.delivery.subscribe(SHELLY, "a", (taken) => this.#handle(taken));
    this.delivery.setPlugin(SHELLY, "running");
  }

  finish(count = Number.POSITIVE_INFINITY): void {
    for (const gate of this.#gates.splice(0, count)) gate.resolve();
  }

  /** Everything has an outcome and the inbox is empty. */
  get isOver(): boolean {
    return waiting() === 0 && this.delivery.busy === 0;
  }

  readonly #moves: Record<Exclude<Move, "settle">, () => void> = {
    publish: () => this.#publish(),
    finish: () => this.finish(2),
    start: () => this.start(),
    stop: () => this.#stop(() => this.delivery.setPlugin(SHELLY, "away")),
    crash: () => this.#stop(() => void this.delivery.crashed(SHELLY)),
  };

  #publish(): void {
    const name = String(this.sent.length);
    this.sent.push(name);
    this.delivery.sink(message("a", name)).then(
      () => this.acknowledged.add(name),
      () => undefined,
    );
  }

  #stop(leave: () => void): void {
    leave();
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    for (const gate of this.#gates.splice(0)) gate.reject(new VatioError("E_DISPOSED", "The plugin has stopped."));
  }

  #handle(taken: MqttMessage): Promise<void> | void {
    const name = textOf(taken);
    if (this.automatic) return void this.handled.push(name);
    const gate = deferred();
    this.#gates.push(gate);
    return gate.promise.then(() => void this.handled.push(name));
  }
}

describe("whatever happens", () => {
  const moves: fc.Arbitrary<Move> = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Move>("publish") },
    { weight: 2, arbitrary: fc.constantFrom<Move[]>("finish", "settle") },
    { weight: 1, arbitrary: fc.constantFrom<Move[]>("stop", "start", "crash") },
  );

  it.each([
    ["as large as it needs to be", {}],
    ["full after four messages", { inboxMessages: 4 }],
  ])(
    "every acknowledged message is handled in the end, or set aside: an inbox %s",
    async (_size, config) => {
      await fc.assert(
        fc.asyncProperty(fc.array(moves, { minLength: 5, maxLength: 50 }), async (steps) => {
          await useStore(config);
          const scenario = new Scenario();
          scenario.start();
          for (const step of steps) await scenario.move(step);
          scenario.automatic = true;
          scenario.start();
          scenario.finish();
          await passUntil(() => scenario.isOver, "all is handled");
          const safe = new Set([...scenario.handled, ...(await inbox.aside(SHELLY)).map(textOf)]);
          expect([...scenario.acknowledged].filter((name) => !safe.has(name))).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
    60_000,
  );

  it("messages are handled in the order in which they came, whether the plugin was there or not", async () => {
    const orderly = fc.constantFrom<Move[]>("publish", "publish", "publish", "stop", "start", "settle");
    await fc.assert(
      fc.asyncProperty(fc.array(orderly, { maxLength: 60 }), async (steps) => {
        await useStore({});
        const scenario = new Scenario();
        scenario.automatic = true;
        // From here on it is known to want them.
        scenario.start();
        for (const step of steps) await scenario.move(step);
        scenario.start();
        await passUntil(() => scenario.isOver, "all is handled");
        expect(scenario.handled).toEqual(scenario.sent);
        expect(scenario.acknowledged.size).toBe(scenario.sent.length);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
