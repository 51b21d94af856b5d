/**
 * The program `juju` of a test: it hands its arguments to the test, and prints what that answers.
 *
 * @module
 */
const [url = "", ...args] = Deno.args;
const body = JSON.stringify({ args, folder: Deno.cwd() });
const response = await fetch(url, { method: "POST", body });
const { code, out, err } = await response.json();
await Deno.stdout.write(new TextEncoder().encode(out));
await Deno.stderr.write(new TextEncoder().encode(err));
Deno.exit(code);
