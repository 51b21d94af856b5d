/**
 * Makes the tool calls and the requests of one run of a hook, and nothing else. It reads no answer. The
 * bench writes another plan beside a copy of it, and runs it with the runtime and the flags of the hook.
 *
 * @module
 */
import plan from "./minimal.json" with { type: "json" };

const { client, waves } = plan;
const isAsking = waves.some((wave) => wave.some(({ path }) => path !== undefined));
const { Agent, request } = isAsking ? await import("node:https") : {};
const agent = Agent && new Agent({ keepAlive: true, proxyEnv: {}, ...client });

for (const wave of waves) await Promise.all(wave.map(act));
Deno.exit();

function act(step) {
  return step.path === undefined ? callTool(step) : ask(step);
}

async function callTool({ tool, args, stdin }) {
  const pipes = { stdin: stdin === undefined ? "null" : "piped", stdout: "piped", stderr: "piped" };
  const process = new Deno.Command(tool, { args, ...pipes }).spawn();
  if (stdin !== undefined) {
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  await process.output();
}

function ask({ method, path, host, port, etag, body }) {
  return new Promise((resolve, reject) => {
    const headers = {
      ...etag !== undefined && { "if-match": etag },
      ...body !== undefined && { "content-type": "application/json" },
    };
    const outgoing = request({ agent, host, port, method, path, headers }, (incoming) => {
      incoming.on("data", () => {});
      incoming.on("end", resolve);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
