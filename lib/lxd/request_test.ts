import assert from "node:assert/strict";
import * as z from "zod/mini";
import { SYSTEM_CLOCK } from "../async/clock.ts";
import { type FetchInit, PinError } from "../requirer/pinned_fetch.ts";
import { createRequest, type Reply, type RequestOptions, type Transport } from "./request.ts";

const ENDPOINT = "https://10.0.0.1:8443";
const NAME = z.object({ name: z.string() });

/** A server that answers one request, and refuses to present itself unless told how. */
function transport(
  answer: (url: string, init: FetchInit) => Promise<Response>,
  presented?: string,
): Transport {
  return {
    fetch: (url, init = {}) => answer(url, init),
    clock: { ...SYSTEM_CLOCK, pause: () => Promise.resolve() },
    presented: (url) =>
      presented === undefined || url !== ENDPOINT
        ? Promise.reject(new Error(`Cannot present ${url}`))
        : Promise.resolve(presented),
  };
}

function answering(status: number, text: string): Promise<Reply<{ readonly name: string }>> {
  const response = () => Promise.resolve(new Response(text, { status }));
  return createRequest(transport(response), ENDPOINT)(NAME, "/1.0");
}

function failing(error: unknown, presented?: string): Promise<Reply<unknown>> {
  const reject = () => Promise.reject(error);
  return createRequest(transport(reject, presented), ENDPOINT)(z.unknown(), "/1.0");
}

Deno.test("createRequest() asks with GET and without a body", async () => {
  const asked: [string, Omit<FetchInit, "signal">][] = [];
  const call = createRequest(
    transport((url, { signal, ...init }) => {
      assert.ok(signal && !signal.aborted);
      asked.push([url, init]);
      return Promise.resolve(new Response('{"metadata": {"name": "a"}}'));
    }),
    ENDPOINT,
  );
  assert.deepEqual(await call(NAME, "/1.0"), { kind: "done", value: { name: "a" } });
  const options: RequestOptions = { method: "PATCH", body: { a: null } };
  await call(NAME, "/1.0/certificates/aa", options);
  assert.deepEqual(asked, [
    [`${ENDPOINT}/1.0`, { method: "GET" }],
    [`${ENDPOINT}/1.0/certificates/aa`, { method: "PATCH", body: '{"a":null}' }],
  ]);
});

const NOT_LXD = {
  kind: "unreachable",
  cause: "an answer that is not LXD's",
  hasAnswered: true,
};

Deno.test.each([
  {
    status: 200,
    text: '{"type":"sync","status_code":200,"error":"","metadata":{"name":"a","more":1}}',
    expected: { kind: "done", value: { name: "a" } },
  },
  {
    status: 201,
    text: '{"metadata":{"name":"a"}}',
    expected: { kind: "done", value: { name: "a" } },
  },
  {
    status: 403,
    text: '{"type":"error","error":"not authorized","error_code":403,"metadata":null}',
    expected: { kind: "refused", status: 403, message: "not authorized" },
  },
  { status: 404, text: "<html>", expected: { kind: "refused", status: 404, message: "error 404" } },
  { status: 409, text: "{}", expected: { kind: "refused", status: 409, message: "error 409" } },
  {
    status: 500,
    text: '{"error":"no quorum"}',
    expected: { kind: "unreachable", cause: "error 500, no quorum", hasAnswered: true },
  },
  {
    status: 503,
    text: "",
    expected: { kind: "unreachable", cause: "error 503", hasAnswered: true },
  },
  { status: 200, text: '{"metadata":{"name":1}}', expected: NOT_LXD },
  { status: 200, text: '{"metadata":null}', expected: NOT_LXD },
  { status: 200, text: '{"name":"a"}', expected: NOT_LXD },
  { status: 200, text: "<html>", expected: NOT_LXD },
  { status: 200, text: '"metadata"', expected: NOT_LXD },
  { status: 302, text: '{"metadata":{"name":"a"}}', expected: NOT_LXD },
  {
    status: 200,
    text: '{"error":"a lie","metadata":{"name":"a"}}',
    expected: {
      kind: "done",
      value: { name: "a" },
    },
  },
])("createRequest() reads $status $text", async ({ status, text, expected }) => {
  assert.deepEqual(await answering(status, text), expected);
});

Deno.test.each([
  { error: Object.assign(new Error("x"), { code: "ECONNREFUSED" }), cause: "connection refused" },
  { error: Object.assign(new Error("x"), { code: "ENOTFOUND" }), cause: "name not found" },
  { error: Object.assign(new Error("odd"), { code: "EODD" }), cause: "odd" },
  { error: new DOMException("Signal timed out", "TimeoutError"), cause: "time-out" },
  { error: new TypeError("odd"), cause: "odd" },
])("createRequest() says that LXD is unreachable: $cause", async ({ error, cause }) => {
  assert.deepEqual(await failing(error), { kind: "unreachable", cause });
});

Deno.test("createRequest() reports the certificate of another server", async () => {
  assert.deepEqual(await failing(new PinError("x"), "bb"), {
    kind: "other-server",
    presented: "bb",
  });
});

Deno.test("createRequest() waits for the answer until its time limit", async () => {
  const call = createRequest(
    transport((_url, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason));
      })
    ),
    ENDPOINT,
  );
  // The signal's timer keeps no event loop alive, and must keep the test's.
  const timer = setInterval(() => {}, 1);
  const answer = await call(NAME, "/1.0", { timeout: 1 });
  clearInterval(timer);
  assert.deepEqual(answer, { kind: "unreachable", cause: "time-out" });
});

Deno.test("createRequest() waits for the whole body", async () => {
  const cut = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('{"metadata":{"name":"a"'));
      controller.error(Object.assign(new Error("x"), { code: "ECONNRESET" }));
    },
  });
  const response = () => Promise.resolve(new Response(cut));
  assert.deepEqual(await createRequest(transport(response), ENDPOINT)(NAME, "/1.0"), {
    kind: "unreachable",
    cause: "connection cut",
  });
});

for (const [method, attempts] of [["GET", 3], ["PATCH", 3], ["DELETE", 3], ["POST", 1]] as const) {
  Deno.test(`createRequest() makes ${attempts} attempts to ${method}, as long as LXD fails`, async () => {
    const statuses = [503, 500, 200];
    let made = 0;
    const call = createRequest(
      transport(() => Promise.resolve(new Response("{}", { status: statuses[made++] ?? 500 }))),
      ENDPOINT,
    );
    const { kind } = await call(z.unknown(), "/1.0", { method });
    assert.deepEqual([kind, made], [attempts === 3 ? "done" : "unreachable", attempts]);
  });
}

Deno.test("createRequest() does not repeat after a refusal or a time-out, or if told not to", async () => {
  const refused = () => Promise.resolve(new Response("{}", { status: 404 }));
  const late = () => Promise.reject(new DOMException("late", "TimeoutError"));
  const down = () => Promise.reject(new Error("down"));
  for (
    const [answer, options] of [[refused, {}], [late, {}], [down, { isRepeatable: false }]] as const
  ) {
    let made = 0;
    const call = createRequest(
      transport(() => {
        made++;
        return answer();
      }),
      ENDPOINT,
    );
    await call(z.unknown(), "/1.0", options);
    assert.equal(made, 1);
  }
});
