import type { MqttMessage } from "@vatio/plugin-api";
import { VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import type { PluginDelivery } from "../../src/mqtt/delivery.js";
import {
  decided,
  health,
  inbox,
  message,
  newDelivery,
  outcomes,
  passUntil,
  RETRYABLE,
  SHELLY,
  textOf,
  useDeliveryFixture,
  useStore,
  waiting,
  watch,
} from "./support/delivery-fixture.js";
import { settle, until } from "./support/settle.js";

useDeliveryFixture();

describe("crashes", () => {
  /** A plugin that crashes on some messages and starts again each time. */
  function crashOn(
    delivery: PluginDelivery,
    poison: (taken: MqttMessage) => boolean,
    got: string[],
  ): { crashes: number } {
    const seen = { crashes: 0 };
    const start = (): void => {
      const subscription = delivery.subscribe(SHELLY, "a/#", async (taken) => {
        if (poison(taken)) {
          seen.crashes += 1;
          const counted = delivery.crashed(SHELLY);
          subscription[Symbol.dispose]();
          void counted.then(start);
          throw new TypeError("crash");
        }
        await settle(1);
        got.push(textOf(taken));
      });
      delivery.setPlugin(SHELLY, "running");
    };
    start();
    return seen;
  }

  it("sets the message aside that was in hand at three crashes, and no other", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    const seen = crashOn(delivery, (taken) => textOf(taken) === "poison", got);
    const payloads = ["1", "2", "poison", "3", "4"];
    const all = payloads.map((payload) => watch(delivery.sink(message("a/x", payload))));
    await decided(...all);
    await until(() => waiting() === 0 && delivery.busy === 0, "the inbox is worked off");
    expect(outcomes(all)).toEqual(payloads.map(() => "acknowledged"));
    expect(seen.crashes).toBe(3);
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["poison"]);
    expect([...new Set(got)].sort()).toEqual(["1", "2", "3", "4"]);
    await until(() => health.status() === "degraded", "it is shown");
    const [aside] = await inbox.aside(SHELLY);
    await inbox.dropAside(SHELLY, aside?.id ?? 0);
    delivery.setPlugin(SHELLY, "away");
    delivery.setPlugin(SHELLY, "running");
    await until(() => health.status() === "ok");
  });

  it("leaves messages unacknowledged that found no room in the inbox", async () => {
    await useStore({ inboxMessages: 1 });
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => new Promise<void>(() => undefined));
    delivery.setPlugin(SHELLY, "running");
    const seen = [1, 2].map(() => watch(delivery.sink(message("a"))));
    await delivery.crashed(SHELLY);
    await decided(...seen);
    expect(outcomes(seen)).toEqual(["acknowledged", "E_INBOX_FULL"]);
  });

  it("does not enable a plugin that a person disabled", async () => {
    const delivery = newDelivery();
    delivery.subscribe(SHELLY, "a", () => undefined);
    delivery.setPlugin(SHELLY, "disabled");
    await delivery.crashed(SHELLY);
    await delivery.sink(message("a"));
    expect(waiting()).toBe(0);
  });

  it("sets a message of the inbox aside that hangs three times", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken): Promise<void> | void => {
      if (textOf(taken) === "hang") return new Promise(() => undefined);
      got.push(textOf(taken));
    });
    for (const payload of ["hang", "2"]) await delivery.sink(message("a", payload));
    delivery.setPlugin(SHELLY, "running");
    await passUntil(async () => (await inbox.aside(SHELLY)).length === 1, "it is set aside");
    await passUntil(() => waiting() === 0, "nothing is in the way");
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["hang"]);
    expect(got).toEqual(["2"]);
  });
});

describe("an inbox that cannot be worked off", () => {
  it("keeps its messages and tries again, while new ones queue behind", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    let blocked = true;
    delivery.subscribe(SHELLY, "a", (taken) => {
      if (blocked) throw RETRYABLE;
      got.push(textOf(taken));
    });
    await delivery.sink(message("a", "1"));
    delivery.setPlugin(SHELLY, "running");
    await until(() => delivery.busy === 0, "it pauses");
    await delivery.sink(message("a", "2"));
    expect(waiting()).toBe(2);
    blocked = false;
    await passUntil(() => waiting() === 0);
    expect(got).toEqual(["1", "2"]);
  });

  it("sets a message aside that is refused for now again and again while others go through", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => {
      if (textOf(taken) === "poison") throw RETRYABLE;
      got.push(textOf(taken));
    });
    await delivery.sink(message("a", "poison"));
    delivery.setPlugin(SHELLY, "running");
    await until(() => delivery.busy === 0, "it pauses");
    for (let n = 0; n < 25; n++) {
      await delivery.sink(message("a", String(n)));
      await passUntil(() => got.length === n + 1);
    }
    await passUntil(() => waiting() === 0 && delivery.busy === 0);
    expect((await inbox.aside(SHELLY)).map(textOf)).toEqual(["poison"]);
    expect(got).toEqual(Array.from({ length: 25 }, (_, n) => String(n)));
  });

  it("goes on when the database of the inbox fails for a while", async () => {
    const delivery = newDelivery();
    const got: string[] = [];
    delivery.subscribe(SHELLY, "a", (taken) => void got.push(textOf(taken)));
    await delivery.sink(message("a", "1"));
    inbox.fault = new VatioError("E_STORE_FAILED", "Input/output error");
    delivery.setPlugin(SHELLY, "running");
    const during = watch(delivery.sink(message("a", "2")));
    await decided(during);
    expect(during.outcome).toBe("E_INBOX_FAILED");
    inbox.fault = undefined;
    await passUntil(() => waiting() === 0 && delivery.busy === 0);
    expect(got).toEqual(["1"]);
    await delivery.sink(message("a", "3"));
    expect(got).toEqual(["1", "3"]);
  });
});
