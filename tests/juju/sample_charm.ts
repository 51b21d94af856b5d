export * from "./testing/sample_charm.ts";
