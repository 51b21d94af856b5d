export type * from "./state/state.ts";
