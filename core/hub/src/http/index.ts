export type { Method, Route, RouteAction } from "./define-route.js";
export { createHttpServer, type HttpApp, type HttpServer, type HttpServerOptions } from "./http-server.js";
export { createOpenApiDocument } from "./openapi/document.js";
export { API_PREFIX, routeTable } from "./routes/index.js";
export type { AuditQuery, AuditTrail, CommandCaller, CredentialAdmin, HttpServices, HubFacts } from "./services.js";
