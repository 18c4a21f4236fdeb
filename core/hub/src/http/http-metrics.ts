import { Counter, Histogram, type Registry } from "prom-client";

/** One answered request. */
export interface ObservedRequest {
  readonly method: string;
  /** Template, never the address itself: the number of series must stay small. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Requests by route, for Prometheus. */
export class HttpMetrics {
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #seconds: Histogram<"route">;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: "vatio_http_requests_total",
      help: "Answered requests",
      labelNames: ["method", "route", "status"],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: "vatio_http_request_seconds",
      help: "Time until the answer was ready",
      labelNames: ["route"],
      buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
      registers: [registry],
    });
  }

  observe({ method, route, status, ms }: ObservedRequest): void {
    this.#requests.inc({ method: METHODS.has(method) ? method : "other", route, status });
    this.#seconds.observe({ route }, ms / 1000);
  }
}
