import type { Clock, Counters, HealthReporter, Log, LogLevel } from "@vatio/plugin-api";
import { seconds } from "@vatio/plugin-api";
import type { PluginScope } from "../scope.js";

/** Lines that a plugin may log within the span: a plugin that floods the log must not fill the disk. */
const LINES = 1_000;
const SPAN = seconds(10);

const LONGEST_LINE = 10_000;
const LONGEST_NAME = 64;

/** The plugin's log. Goes on working while the plugin stops, and falls silent afterwards. */
export function logService(scope: PluginScope): Log {
  const mayLog = lineLimit(scope);
  const at = (level: LogLevel) => (message: string, fields?: object) => {
    if (scope.revoked || !mayLog()) return;
    scope.serve(() => scope.log[level](String(message).slice(0, LONGEST_LINE), fields));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function lineLimit(scope: PluginScope): () => boolean {
  const { clock } = scope.services;
  let began = clock.monotonic();
  let lines = 0;
  return () => {
    if (clock.monotonic() - began >= SPAN) {
      began = clock.monotonic();
      lines = 0;
    }
    lines += 1;
    if (lines > LINES) scope.count("log-dropped", "flood");
    return lines <= LINES;
  };
}

/** What the plugin says about its health. */
export function healthService(scope: PluginScope): HealthReporter {
  return {
    ok: () => scope.serve(() => scope.health(undefined)),
    degraded: (why) => scope.serve(() => scope.health(why)),
  };
}

/** The plugin's counters. */
export function countersService(scope: PluginScope): Counters {
  return {
    add: (name, reason, by = 1) => {
      const amount = Number.isFinite(by) ? by : 1;
      scope.serve(() =>
        scope.count(String(name).slice(0, LONGEST_NAME), String(reason).slice(0, LONGEST_NAME), amount),
      );
    },
  };
}

/** The hub's time. */
export function clockService(scope: PluginScope): Clock {
  return { now: () => scope.services.clock.now() };
}
