import { type DurationMs, type Scheduler, type SwitchSetResult, seconds, VatioError } from "@vatio/plugin-api";
import { deferred } from "../deferred.js";
import type { SwitchOrder } from "../gen2/gen2-switch.js";
import { commandTopic } from "./command-topic.js";
import type { Gen1Driver } from "./gen1-driver.js";

/** What the answer of a Gen1 device is waited with. */
export interface Gen1SwitchOptions {
  readonly driver: Gen1Driver;
  readonly scheduler: Scheduler;
}

/** How long a device may take to tell its new state: a little less than a command, so that its caller hears who was silent. */
const ANSWER: DurationMs = seconds(4.5);

/**
 * Switches an output of a Gen1 device and waits until the device tells its state. A state that differs from the order
 * is the answer when no other comes.
 * @throws E_DEVICE_TIMEOUT, E_MQTT_OFFLINE (retryable), E_ABORTED
 */
export async function switchGen1(
  { driver, scheduler }: Gen1SwitchOptions,
  { device, channel, to }: SwitchOrder,
  signal: AbortSignal,
): Promise<SwitchSetResult> {
  const wasOn = device.outputs.get(channel) ?? null;
  const wanted = to === "toggle" ? wasOn === false : to === "on";
  const anyState = to === "toggle" && wasOn === null;
  const answer = deferred<boolean>();
  let told: boolean | undefined;
  const watching = driver.watch(device, channel, (on) => {
    told = on;
    if (anyState || on === wanted) answer.resolve(on);
  });
  const abort = (): void => answer.reject(new VatioError("E_ABORTED", "The wait for the Shelly was given up."));
  signal.addEventListener("abort", abort, { once: true });
  const timer = scheduler.after(ANSWER, () =>
    told === undefined ? answer.reject(silent(channel)) : answer.resolve(told),
  );
  // A failed publish leaves nobody who waits for the answer.
  answer.promise.catch(() => undefined);
  try {
    // Said outright where the state is known: an order that is delivered twice must not undo itself, and not every lamp knows `toggle`.
    await driver.command(device, commandTopic(device, channel), anyState ? "toggle" : wordFor(wanted));
    // A device that already is as ordered need not say so: an update makes it tell all its states.
    await driver.command(device, "command", "update");
    return { wasOn, on: await answer.promise };
  } finally {
    timer[Symbol.dispose]();
    signal.removeEventListener("abort", abort);
    watching[Symbol.dispose]();
  }
}

const wordFor = (on: boolean): "on" | "off" => (on ? "on" : "off");

const silent = (channel: string): VatioError =>
  new VatioError(
    "E_DEVICE_TIMEOUT",
    `The Shelly did not tell the state of ${channel} within ${ANSWER / 1000} s. Check that it is online and that it may subscribe to its command topics.`,
    { retryable: true },
  );
