/**
 * Events of the charm's own credential.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { APPLICATION } from "../harness/charm.ts";
import { ownSecret } from "../harness/own_credential.ts";
import { makeToken } from "../lxd/trust_token.ts";
import type { EndState } from "./end_state.ts";
import { CERTIFICATES, type FixedDeployment } from "./fixed.ts";
import type { Scenario } from "./scenarios.ts";

const NAME = "own";
const { a, c } = CERTIFICATES;
const ALONE = { units: 1, members: 1, replaces: [] } as const;

// It ends so soon that the charm replaces it.
const BRIEF = await createCertificate({ notAfter: new Date(Date.now() + 99 * 86_400_000) });

/** A token is the first credential. The charm has its key already. */
export const ENROLMENT: Scenario = {
  ...ALONE,
  name: "enrolment",
  prepare: (deployment) => deploy(deployment, { trust: false }),
  act: giveToken,
  keeps: [],
};

/** A token takes the place of Juju's trust. The charm has no key yet. */
export const CHANGE_OF_CREDENTIAL: Scenario = {
  ...ENROLMENT,
  name: "enrolment after juju trust",
  prepare: (deployment) => deploy(deployment, { trust: true }),
  keeps: [a, c],
};

/** The steps of a renewal, each in a hook of its own. */
export const RENEWAL: readonly Scenario[] = ["made", "trusted", "revoked"].map((step, done) => ({
  ...ALONE,
  name: `renewal, ${step}`,
  prepare: async (deployment) => {
    await deploy(deployment, { trust: false });
    const { model } = deployment;
    await model.settle();
    await giveToken(deployment);
    await model.settle();
    await shorten(deployment);
    for (let hook = 0; hook < done; hook++) await updateStatus(deployment);
  },
  act: ({ model }) => model.updateStatus(APPLICATION),
  keeps: [a, c],
}));

/** Removes what differs from run to run: our own certificates, and the digits in their names. */
export function withoutOwn(end: EndState): EndState {
  const trusted = end.trusted.map((entry) => {
    const [name, ...digits] = entry.name.split(":");
    if (name !== NAME) return entry;
    assert.ok(digits.length === 0 || entry.fingerprint.startsWith(digits.join()));
    const isBrief = entry.fingerprint === BRIEF.fingerprint;
    return { ...entry, name, fingerprint: isBrief ? "brief" : "", certificate: "" };
  });
  const databags = Object.entries(end.databags)
    .map(([owner, { woken: _, ...settings }]) => [owner, settings]);
  return {
    ...end,
    trusted: trusted.sort((x, y) => x.fingerprint < y.fingerprint ? -1 : 1),
    databags: Object.fromEntries(databags),
  };
}

async function deploy(
  deployment: FixedDeployment,
  { trust }: { readonly trust: boolean },
): Promise<void> {
  await deployment.model.deploy(deployment.charm, { trust });
  deployment.addRequirer("my-charm", { units: 1 });
  deployment.addRequirer("other", { units: 1 });
  deployment.offer("my-charm/0", [a]);
  deployment.offer("other/0", [c]);
}

async function giveToken({ model, lxd }: FixedDeployment): Promise<void> {
  model.configure(APPLICATION, { "trust-token": await makeToken(lxd, { name: NAME }) });
}

/** Puts a certificate that ends soon in the place of ours. */
async function shorten(deployment: FixedDeployment): Promise<void> {
  const { model, lxd } = deployment;
  await updateStatus(deployment);
  const { uri, content } = ownSecret(model);
  await lxd.distrust(fingerprintOf(content["client-cert"] ?? ""));
  await lxd.trust(BRIEF.certificate, { name: NAME });
  const { certificate, key } = BRIEF;
  model.updateSecret(uri, { ...content, "client-cert": certificate, "client-key": key });
}

async function updateStatus({ model }: FixedDeployment): Promise<void> {
  model.updateStatus(APPLICATION);
  await model.settle();
}
