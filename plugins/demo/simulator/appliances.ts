import type { PointRole } from "@vatio/plugin-api";
import * as loads from "./loads.js";

/** Name of an appliance in the two languages of the interface. */
export interface ApplianceName {
  readonly es: string;
  readonly en: string;
}

/** What one appliance is and by which kind of device it is measured. */
export interface Appliance {
  readonly key: string;
  readonly name: ApplianceName;
  readonly role: PointRole;
  /** `pro3em`, `plus1pm` and `plugs-gen1` are Shelly devices, `enertrack` is an ESP32 meter. */
  readonly device: "pro3em" | "plus1pm" | "plugs-gen1" | "enertrack";
  /** MAC of a Shelly, id of an EnerTrack node. */
  readonly hardwareId: string;
  /** Undefined for the grid, which follows from all others. */
  readonly load?: loads.Load;
  readonly powerFactor: number;
  /** Phase that a single-phase appliance hangs on: 0, 1 or 2. */
  readonly phase: 0 | 1 | 2;
  readonly switchable: boolean;
  /** Below this point in the tree; everything hangs below the grid when left out. */
  readonly location: ApplianceName;
  readonly icon: string;
}

const HOUSE = { es: "Casa", en: "House" };
const KITCHEN = { es: "Cocina", en: "Kitchen" };
const WORKSHOP = { es: "Taller", en: "Workshop" };
const ROOF = { es: "Azotea", en: "Roof" };

/** The simulated home and workshop. */
export const APPLIANCES: readonly Appliance[] = [
  {
    key: "grid",
    name: { es: "Red", en: "Grid" },
    role: "grid",
    device: "pro3em",
    hardwareId: "0cb815f00001",
    powerFactor: 0.95,
    phase: 0,
    switchable: false,
    location: HOUSE,
    icon: "utility-pole",
  },
  {
    key: "solar",
    name: { es: "Paneles solares", en: "Solar panels" },
    role: "generation",
    device: "plus1pm",
    hardwareId: "a8032412c002",
    load: loads.solar,
    powerFactor: 1,
    phase: 1,
    switchable: false,
    location: ROOF,
    icon: "sun",
  },
  {
    key: "compressor",
    name: { es: "Compresor", en: "Air compressor" },
    role: "motor",
    device: "pro3em",
    hardwareId: "0cb815f00003",
    load: loads.compressor,
    powerFactor: 0.84,
    phase: 0,
    switchable: false,
    location: WORKSHOP,
    icon: "fan",
  },
  {
    key: "air-conditioning",
    name: { es: "Clima sala", en: "Living room climate" },
    role: "load",
    device: "plus1pm",
    hardwareId: "a8032412c004",
    load: loads.airConditioning,
    powerFactor: 0.93,
    phase: 1,
    switchable: true,
    location: HOUSE,
    icon: "air-vent",
  },
  {
    key: "boiler",
    name: { es: "Calentador", en: "Water heater" },
    role: "load",
    device: "plus1pm",
    hardwareId: "a8032412c005",
    load: loads.boiler,
    powerFactor: 1,
    phase: 2,
    switchable: true,
    location: HOUSE,
    icon: "heater",
  },
  {
    key: "fridge",
    name: { es: "Refrigerador", en: "Fridge" },
    role: "load",
    device: "plugs-gen1",
    hardwareId: "c38eab000006",
    load: loads.fridge,
    powerFactor: 0.78,
    phase: 0,
    switchable: true,
    location: KITCHEN,
    icon: "refrigerator",
  },
  {
    key: "lighting",
    name: { es: "Iluminación", en: "Lighting" },
    role: "circuit",
    device: "plus1pm",
    hardwareId: "a8032412c007",
    load: loads.lighting,
    powerFactor: 0.91,
    phase: 2,
    switchable: true,
    location: HOUSE,
    icon: "lamp",
  },
  {
    key: "standby",
    name: { es: "Tele y oficina", en: "TV and office" },
    role: "circuit",
    device: "enertrack",
    hardwareId: "24A3BC12",
    load: loads.standby,
    powerFactor: 0.62,
    phase: 0,
    switchable: false,
    location: HOUSE,
    icon: "tv",
  },
];
