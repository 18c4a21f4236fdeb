import { OWN_METHODS } from "./own.js";
import { PLANE_METHODS } from "./planes.js";
import { SOCKET_METHODS } from "./sockets.js";
import { WORLD_METHODS } from "./world.js";

/** Everything that a worker may ask of the hub: the whole list. */
export const HOST_METHODS = { ...OWN_METHODS, ...PLANE_METHODS, ...WORLD_METHODS, ...SOCKET_METHODS } as const;

/** Names, arguments and answers, for the worker's side. */
export type HostMethods = typeof HOST_METHODS;
