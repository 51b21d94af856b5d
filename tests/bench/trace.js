/**
 * Runs before a hook, and prints each of its requests once it is answered. For Deno's option
 * `--preload`, in the charm's own runtime: the bench records by it what the minimal program repeats.
 *
 * @module
 */
import { ClientRequest } from "node:http";

const now = () => performance.timeOrigin + performance.now();
const { end } = ClientRequest.prototype;
const output = new TextEncoder();

ClientRequest.prototype.end = function (body, ...more) {
  const start = now();
  const { method, path, host } = this;
  const port = this.getHeader("host")?.match(/:(\d+)$/)?.[1];
  const etag = this.getHeader("if-match");
  this.once("close", () => {
    const request = { method, path, host, port, etag, body, start, end: now() };
    Deno.stdout.writeSync(output.encode(`TRACED ${JSON.stringify(request)}\n`));
  });
  return end.call(this, body, ...more);
};
