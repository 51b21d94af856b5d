import assert from "node:assert/strict";
import {
  broken,
  changed,
  collector,
  departed,
  everything,
  everythingSettled,
  noCollector,
  stop,
  variable,
  type Variables,
} from "./event.ts";

function environment(variables: Readonly<Record<string, string>>): Variables {
  const all: Readonly<Record<string, string>> = {
    JUJU_UNIT_NAME: "lxd-integrator/0",
    JUJU_RELATION_ID: "api:3",
    JUJU_REMOTE_APP: "ams",
    JUJU_REMOTE_UNIT: "",
    ...variables,
  };
  return (name) => all[name];
}

Deno.test("changed() is about the remote unit, or else the remote application", () => {
  assert.deepEqual(changed(environment({ JUJU_REMOTE_UNIT: "ams/0" })), {
    kind: "changed",
    endpoint: "api",
    requirer: { relation: "3", name: "ams/0" },
  });
  assert.deepEqual(changed(environment({})), {
    kind: "changed",
    endpoint: "api",
    requirer: { relation: "3", name: "ams" },
  });
});

Deno.test("departed() is about the remote unit that is gone", () => {
  const variables = { JUJU_REMOTE_UNIT: "ams/0", JUJU_DEPARTING_UNIT: "ams/0" };
  assert.deepEqual(departed(environment(variables)), {
    kind: "departed",
    endpoint: "api",
    requirer: { relation: "3", name: "ams/0" },
  });
});

Deno.test("departed() of our own unit is no departure of the remote one", () => {
  const variables = { JUJU_REMOTE_UNIT: "ams/0", JUJU_DEPARTING_UNIT: "lxd-integrator/0" };
  assert.deepEqual(departed(environment(variables)), { kind: "leaving" });
});

Deno.test("departed() of another unit of ours is not ours", () => {
  const variables = { JUJU_REMOTE_UNIT: "ams/0", JUJU_DEPARTING_UNIT: "lxd-integrator/10" };
  assert.equal(departed(environment(variables)).kind, "departed");
});

Deno.test("broken() is about the relation", () => {
  assert.deepEqual(broken(environment({})), { kind: "broken", endpoint: "api", relation: "3" });
  assert.deepEqual(broken(environment({ JUJU_RELATION_ID: "https:12" })), {
    kind: "broken",
    endpoint: "https",
    relation: "12",
  });
});

Deno.test.each(["12", "api:", "replicas:3", "toString:3"])(
  "broken() refuses the relation %s, which is of no endpoint of ours",
  (id) => {
    assert.throws(() => broken(environment({ JUJU_RELATION_ID: id })), {
      name: "RangeError",
      message: `Cannot serve relation "${id}": it is of no endpoint of this charm`,
    });
  },
);

Deno.test("everything() is not settled, everythingSettled() is", () => {
  assert.deepEqual([everything(), everythingSettled(), stop()], [
    { kind: "everything", isSettled: false },
    { kind: "everything", isSettled: true },
    { kind: "stop" },
  ]);
});

Deno.test("variable() refuses to run outside a hook", () => {
  for (const value of [undefined, ""]) {
    assert.throws(() => variable(() => value, "JUJU_UNIT_NAME"), {
      name: "RangeError",
      message: "Cannot run outside a hook: JUJU_UNIT_NAME is not set",
    });
  }
  assert.throws(() => changed(environment({ JUJU_REMOTE_APP: "" })), /JUJU_REMOTE_APP/);
  assert.throws(() => changed(environment({ JUJU_RELATION_ID: "" })), /JUJU_RELATION_ID/);
});

Deno.test("collector() and noCollector() are about the relation", () => {
  const of = environment({ JUJU_RELATION_ID: "cos-agent:7" });
  assert.deepEqual(collector(of), { kind: "collector", relation: "7" });
  assert.deepEqual(noCollector(of), { kind: "no-collector", relation: "7" });
});
