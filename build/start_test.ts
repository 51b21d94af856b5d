import assert from "node:assert/strict";
import { data, program } from "./charm_file.ts";
import { fakeProject, smallDenort } from "./fake_project.ts";
import { checkStart } from "./start.ts";
import { DENO_VERSION } from "./target.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;

function files(script: string) {
  return [program("hooks/start", `#!/bin/sh\n${script}\n`), data("payload/start", "well")];
}

Deno.test("checkStart() accepts an executable that succeeds, or that misses Juju", async () => {
  await checkStart("hooks/start", files('read -r line <"${0%/*}/../payload/start"; [ "$line" ]'));
  await checkStart(
    "hooks/start",
    files('echo "RangeError: Cannot run outside a hook: x" >&2; exit 1'),
  );
});

Deno.test.each([
  {
    what: "an error",
    script: "echo 'error: Module not found' >&2; exit 1",
    said: "error: Module not found",
  },
  { what: "several lines", script: "echo 'a\n  b' >&2; exit 1", said: "a; b" },
  { what: "no word", script: "exit 1", said: "it says nothing" },
  { what: "a signal", script: "kill -s SEGV $$", said: "it says nothing" },
])("checkStart() repeats the output: $what", async ({ script, said }) => {
  await assert.rejects(checkStart("hooks/start", files(script)), {
    name: "StartError",
    message: `Cannot start hooks/start: ${said}`,
  });
});

Deno.test("checkStart() fails if the system forbids to run programs in the folder for temporary files", async () => {
  await assert.rejects(checkStart("hooks/start", [data("hooks/start", "#!/bin/sh\n")]), {
    name: "StartError",
    message: /^Cannot start hooks\/start: .*Permission denied/,
  });
});

Deno.test("a charm is bundled, or not built, if its compiled executables do not start", async () => {
  await using project = await fakeProject();
  // An executable that deno compile makes of it ends at once, like an executable without a module.
  const shell = await smallDenort();
  const path = `${project.root}/denort`;
  const broken = await Deno.readFile("/bin/false");
  const userAgent = new TextEncoder().encode(`Deno/${DENO_VERSION}`);
  const bytes = new Uint8Array(broken.length + shell.length);
  bytes.set(broken);
  bytes.set(userAgent, broken.length);
  await Deno.writeFile(path, bytes, { mode: 0o755 });
  const build = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "build", ...args],
      cwd: project.root,
      env: { DENORT_BIN: path, NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  };
  const fault = "Cannot start actions/say: it says nothing";
  assert.deepEqual(await build("--runtime=compiled"), { code: 1, out: "", err: `${fault}\n` });
  const { code, out, err } = await build();
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.ok(out.includes(`bytes, bundled (not compiled with DENORT_BIN ${path}: ${fault})\n`), out);
});
