/**
 * The stand-in's `/1.0/certificates`: reading and deleting, with the permissions of callers.
 *
 * @module
 */
import {
  type Answer,
  type Caller,
  failure,
  fingerprintOfCaller,
  isAdministrator,
  mayManage,
  NOT_AUTHORIZED,
  type StandInRequest,
  success,
} from "./stand_in_answer.ts";
import { addCertificate } from "./stand_in_certificate_post.ts";
import { changeCertificate } from "./stand_in_certificate_change.ts";
import { etagOf, type State } from "./stand_in_state.ts";
import type { TrustEntry } from "./world.ts";

const PATH = "/1.0/certificates";
const RESTRICTED = failure(403, "Certificate is restricted");

/** Answers a request for the list. */
export function answerCertificates(
  state: State,
  caller: Caller,
  request: StandInRequest,
): Answer {
  const { dialect } = state;
  if (request.method === "POST") return addCertificate(state, caller, request.body);
  const exists = request.method === "GET";
  if (!exists && dialect.tellsMethods) return failure(501, "Not Implemented");
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (!exists) return failure(501, "not implemented");
  const entries = sorted(state).filter((entry) => maySee(state, caller, entry));
  if (request.query.get("recursion") === "1") return success(entries);
  const urls = entries.map(({ fingerprint }) => `${PATH}/${fingerprint}`);
  return success(urls.length === 0 && dialect.nullLists ? null : urls);
}

/** Answers a request for one entry. */
export function answerCertificate(
  state: State,
  caller: Caller,
  request: StandInRequest,
): Answer {
  const { dialect } = state;
  if (caller.kind === "untrusted") return NOT_AUTHORIZED;
  if (request.method === "DELETE" && caller.kind === "restricted" && !dialect.ownEntryOnly) {
    return NOT_AUTHORIZED;
  }
  const [entry, another] = find(state, decodeURIComponent(request.path.slice(PATH.length + 1)));
  if (another !== undefined) {
    return failure(dialect.ambiguousStatus, "More than one certificate matches");
  }
  if (entry === undefined) return failure(404, "Certificate not found");
  const isOwn = fingerprintOfCaller(caller) === entry.fingerprint;
  switch (request.method) {
    case "GET":
      if (!maySee(state, caller, entry)) return RESTRICTED;
      return success(entry, { headers: { etag: etagOf(entry) } });
    case "PATCH":
    case "PUT":
      if (mayManage(caller, "edit")) return changeCertificate(state, entry, request);
      return isOwn ? changeCertificate(state, entry, { ...request, isOwn }) : NOT_AUTHORIZED;
    case "DELETE":
      if (!mayManage(caller, "delete") && !isOwn) return NOT_AUTHORIZED;
      if (entry.type === "server" && dialect.protectsServers) {
        return failure(
          400,
          "Cannot delete a server certificate. Remove the cluster member instead",
        );
      }
      state.entries.delete(entry.fingerprint);
      return success({});
    default:
      return failure(501, "not implemented");
  }
}

function sorted({ entries }: State): readonly TrustEntry[] {
  return [...entries.values()].toSorted((a, b) => a.fingerprint < b.fingerprint ? -1 : 1);
}

/** LXD looks a fingerprint up with SQL's LIKE. */
function find(state: State, prefix: string): readonly TrustEntry[] {
  const pattern = [...prefix]
    .map((one) => one === "%" ? ".*" : one === "_" ? "." : RegExp.escape(one))
    .join("");
  const like = new RegExp(`^${pattern}`, "i");
  return sorted(state).filter(({ fingerprint }) => like.test(fingerprint));
}

function maySee(state: State, caller: Caller, { fingerprint }: TrustEntry): boolean {
  if (isAdministrator(caller) || mayManage(caller, "view")) return true;
  if (caller.kind === "restricted" && !state.dialect.ownEntryOnly) return true;
  return fingerprint === fingerprintOfCaller(caller);
}
