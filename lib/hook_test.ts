import assert from "node:assert/strict";

const LIMIT_MS = 30_000;

/** Runs a hook in a process of its own, beside something that would go on for an hour. */
async function run(eventOf: string): Promise<Deno.CommandOutput> {
  const program = `
    import { runHook } from ${JSON.stringify(import.meta.resolve("./hook.ts"))};
    setTimeout(() => {}, 3_600_000);
    await runHook(${eventOf});`;
  return await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    clearEnv: true,
    env: {
      JUJU_UNIT_NAME: "lxd/0",
      JUJU_MODEL_UUID: "uuid",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
    },
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
}

Deno.test.each([
  { what: "went well", eventOf: '() => ({ kind: "leaving" })', code: 0, error: /^$/ },
  {
    what: "failed",
    eventOf: '() => { throw new Error("a bug"); }',
    code: 1,
    error: /^Error: a bug\n/,
  },
])("runHook() ends the process once the hook $what, with work pending", async (given) => {
  const { code, signal, stderr } = await run(given.eventOf);
  assert.deepEqual([code, signal], [given.code, null]);
  assert.match(new TextDecoder().decode(stderr), given.error);
});
