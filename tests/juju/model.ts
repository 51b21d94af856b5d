export type * from "./agent/hook_run.ts";
export type * from "./model/api.ts";
export * from "./model/create_model.ts";
