export { type AccountsOptions, createAccounts } from "./accounts.js";
export { AuditLog, type AuditQuery } from "./audit-log.js";
export { type AuthorizerOptions, createAuthorizer } from "./authorize.js";
export { SCRYPT_COST, type ScryptCost } from "./password-hash.js";
export { pluginMay } from "./plugin-grants.js";
export * from "./types.js";
