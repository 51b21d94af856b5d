import assert from "node:assert/strict";
import { listProjects, namesIn } from "./list_projects.ts";
import type { LxdRequest } from "./request.ts";

/** Answers every request with the same. */
function answering(metadata: unknown): LxdRequest {
  return (parser, path) => {
    assert.equal(path, "/1.0/projects");
    const { data } = parser.safeParse(metadata);
    return Promise.resolve(
      data === undefined
        ? { kind: "unreachable", cause: "an answer that is not LXD's" }
        : { kind: "done", value: data },
    );
  };
}

Deno.test.each([
  { what: "LXD 5.0", urls: ["/1.0/projects/default", "/1.0/projects/a%2523b"], name: "a#b" },
  { what: "Incus", urls: ["/1.0/projects/default", "/1.0/projects/%C3%BC"], name: "\u00fc" },
  { what: "a suffix", urls: ["/1.0/projects/default?project=x", "/1.0/projects/a?b"], name: "a" },
])("listProjects() reads the names as $what lists them", async ({ urls, name }) => {
  const reply = await listProjects(answering(urls));
  assert.ok(reply.kind === "done");
  assert.ok(reply.value?.has("default"));
  assert.ok(reply.value?.has(name));
  assert.ok(!reply.value?.has("b"));
});

Deno.test.each([{ metadata: null }, { metadata: [] }, { metadata: ["/1.0/projects/web"] }])(
  "listProjects() does not take $metadata for all projects",
  async ({ metadata }) => {
    assert.deepEqual(await listProjects(answering(metadata)), { kind: "done", value: undefined });
  },
);

Deno.test("listProjects() returns a failure as it is", async () => {
  assert.equal((await listProjects(answering({}))).kind, "unreachable");
});

Deno.test("namesIn() keeps what is not encoded as it is, and finds none in another URL", () => {
  assert.deepEqual(namesIn("/1.0/projects/50%"), ["50%"]);
  assert.deepEqual(namesIn("/1.0/instances/web"), []);
});
