import { type Static, Type } from "@vatio/plugin-api";
import { LanguageDto } from "./common.js";
import { closed, id, literals } from "./parts.js";

/** What a point stands for in the balance of a site. */
export const PointRoleDto = literals(["grid", "generation", "storage", "circuit", "load", "motor"]);
export type PointRoleDto = Static<typeof PointRoleDto>;

/** A site: a place with a zone and a currency. */
export const SiteDto = Type.Object({
  id,
  name: Type.String(),
  zone: Type.String(),
  currency: Type.String(),
  language: LanguageDto,
  region: Type.String(),
  nominalVoltage: Type.Number(),
  phases: Type.Union([Type.Literal(1), Type.Literal(3)]),
});
export type SiteDto = Static<typeof SiteDto>;

/** What may be changed of a site. */
export const SiteBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    zone: Type.Optional(Type.String({ maxLength: 64 })),
    currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3}$" })),
    language: Type.Optional(LanguageDto),
    region: Type.Optional(Type.String({ maxLength: 35 })),
    nominalVoltage: Type.Optional(Type.Number({ minimum: 50, maximum: 1000 })),
    phases: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(3)])),
  },
  closed,
);
export type SiteBody = Static<typeof SiteBody>;

/** A point of measurement, with what its channel and device say at present. */
export const PointDto = Type.Object({
  id,
  site: id,
  name: Type.String(),
  role: PointRoleDto,
  parent: Type.Optional(id),
  location: Type.Optional(Type.String()),
  icon: Type.Optional(Type.String()),
  powerCeiling: Type.Optional(Type.Number()),
  protected: Type.Boolean(),
  color: Type.Integer(),
  channel: Type.Optional(id),
  device: Type.Optional(id),
  metrics: Type.Array(Type.String()),
  switchable: Type.Boolean(),
  phase: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)])),
  online: Type.Boolean(),
});
export type PointDto = Static<typeof PointDto>;

/** What may be changed of a point; null takes it away. */
export const PointBody = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    role: Type.Optional(PointRoleDto),
    parent: Type.Optional(Type.Union([id, Type.Null()])),
    location: Type.Optional(Type.String({ maxLength: 100 })),
    icon: Type.Optional(Type.String({ maxLength: 40 })),
    powerCeiling: Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }), Type.Null()])),
    protected: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type PointBody = Static<typeof PointBody>;
