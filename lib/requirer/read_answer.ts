/**
 * Reads single keys of a provider's answer. What cannot be read is left out, and a provider that writes
 * too much costs little memory.
 *
 * @module
 */
import {
  ANSWER,
  ANY_NODES,
  type AnyNode,
  type CertificateState,
  type Field,
  parseBoundedJson,
  type ProviderError,
  type Rejection,
} from "./databag.ts";

// The lists of a relation with a thousand units fit in.
const MAXIMUM_CHARACTERS = 16_777_216;
const MAXIMUM_OBJECTS = 200_000;

const ENDPOINT_REGEXP = /^https:\/\/[^\s/?#@\\]{1,300}\/?$/;

/** Reads all nodes or none: without the others, a certificate would seem to be trusted everywhere. */
export function readNodes(text: string | undefined): readonly AnyNode[] {
  const nodes = ANY_NODES.schema.safeParse(parse(text)).data ?? [];
  const areGood = nodes.every(({ endpoint }) =>
    ENDPOINT_REGEXP.test(endpoint) && URL.canParse(endpoint)
  );
  return areGood ? nodes : [];
}

/** Reads the rejections, each by itself. */
export function readRejections(text: string | undefined): readonly Rejection[] {
  return readItems(ANSWER.rejected_certificates, text);
}

/** Reads the states of certificates, each by itself. */
export function readStates(text: string | undefined): readonly CertificateState[] {
  return readItems(ANSWER.certificates, text).filter(isWhole);
}

/** Reads the provider's error; undefined if it has none. */
export function readError(text: string | undefined): ProviderError | undefined {
  return ANSWER.provider_error.schema.safeParse(parse(text)).data;
}

function parse(text: string | undefined = ""): unknown {
  return text.length > MAXIMUM_CHARACTERS ? undefined : parseBoundedJson(text, MAXIMUM_OBJECTS);
}

function readItems<T>({ schema }: Field<readonly T[]>, text: string | undefined): readonly T[] {
  const items = parse(text);
  return Array.isArray(items) ? items.flatMap((item) => schema.safeParse([item]).data ?? []) : [];
}

/** Whether a state has what belongs to it. */
function isWhole(state: CertificateState): boolean {
  switch (state.state) {
    case "trusted":
      return state.projects !== undefined;
    case "rejected":
      return state.code !== undefined && state.reason !== undefined;
    case "pending":
      return true;
  }
}
