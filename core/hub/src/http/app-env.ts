import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { RequestFacts } from "./define-route.js";

/** What Hono carries with a request. */
export interface AppEnv {
  Bindings: HttpBindings;
  Variables: {
    facts: RequestFacts;
    /** Template of the route for metrics: `/devices/{id}`. */
    route: string;
  };
}

export type AppContext = Context<AppEnv>;
