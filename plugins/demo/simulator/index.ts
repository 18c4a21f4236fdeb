export { APPLIANCES, type Appliance, type ApplianceName } from "./appliances.js";
export { Fleet, type FleetOptions } from "./fleet.js";
export { type ApplianceHistory, type HistoryOptions, householdHistory } from "./history.js";
export { type ApplianceReading, Household, type HouseholdOptions, type PhaseReading } from "./household.js";
