/**
 * The charm's promises for a request to LXD that fails:
 *
 * - The charm repeats a request at once, unless the request is an addition, LXD refused it, or its
 *   time limit has passed. So a single fault does no harm.
 * - If a member of a cluster does not let the charm in, the charm asks the next one.
 * - If the charm cannot read a member's address for clients, the charm publishes the address from
 *   the cluster's list, and does not wait.
 * - The HTTP status alone says whether LXD made a change. The body does not matter.
 * - Without a reply of LXD, the charm waits. The status names the member and the cause.
 * - The charm looks at an entry before it changes the entry. If the look fails, the change fails.
 * - If LXD says that an entry has changed (412), the charm looks at the entry again, once.
 * - 403 means that the charm's certificate may not manage others. The operator has to act.
 * - If the name of an addition is in use, the charm takes the name with all digits.
 * - Any other refusal to register or to restrict a certificate affects that certificate alone: the
 *   charm rejects it, in LXD's words.
 * - A refused rename delays nothing. The charm tries again later.
 * - Any other refusal, of a read or of a revocation, blocks the charm.
 *
 * @module
 */
import { errorOf } from "../lxd/stand_in_faults.ts";
import type { FaultCase, Purpose, RequestFault } from "./case.ts";

const MAXIMUM_STATUS = 60;
const MAXIMUM_CAUSE = 32;
// Stands for the digits of any fingerprint. RegExp.escape() leaves it as it is.
const DIGITS = "_".repeat(12);

/** How the hook of a case ends. */
export type Expected =
  | "as undisturbed"
  | "renamed later"
  | "waiting"
  | "blocked"
  | "rejected"
  | "neither restricted nor revoked"
  | "refused";

/** Returns how the hook of a case must end. */
export function expectedOf(faultCase: FaultCase): Expected {
  const { scenario, request, purpose, fault, isLasting } = faultCase;
  if (purpose === "address" && fault !== "refused") return "as undisturbed";
  if (isRefusal(fault)) {
    // An entry that is as it was is changed a second time.
    if (fault === 412 && !isLasting && isChangeOfEntry(purpose)) return "as undisturbed";
    if (purpose === "rename") return "renamed later";
    if (fault === 403) return "blocked";
    if (purpose === "add" && fault === 409 && !isLasting) return "as undisturbed";
    // An entry that LXD does not restrict is revoked. It is looked at for that as well.
    if (purpose === "restrict" && request.method === "GET" && isLasting) {
      return "neither restricted nor revoked";
    }
    return purpose === "add" || purpose === "restrict" ? "rejected" : "refused";
  }
  if (request.method !== "GET" && fault === "malformed") return "as undisturbed";
  const isSentAgain = fault !== "delayed" && purpose !== "add";
  if (isSentAgain && !isLasting) return "as undisturbed";
  return purpose === "enter" && scenario.members > 1 ? "as undisturbed" : "waiting";
}

/**
 * Returns the status that the hook of a case must set.
 *
 * @param undisturbed The status of an undisturbed run, as `status: message`.
 * @param endpoint The endpoint of the member that receives the request.
 */
export function expectedStatus(
  faultCase: FaultCase,
  undisturbed: string,
  endpoint: string,
): RegExp {
  const at = RegExp.escape(endpoint);
  switch (expectedOf(faultCase)) {
    case "as undisturbed": {
      // The status does not count a member that is down.
      const { fault, scenario: { members } } = faultCase;
      const nodes = fault === "refused" ? members - 1 : members;
      const now = undisturbed.replace(/: \d+ nodes?,/, `: ${nodes} node${nodes === 1 ? "" : "s"},`);
      return new RegExp(`^${RegExp.escape(now)}$`);
    }
    case "waiting":
      return new RegExp(`^waiting: No answer from ${at}: ${causeOf(faultCase.fault)}$`);
    case "blocked":
      return /^blocked: Lift the restriction of our certificate [0-9a-f]{12} in LXD$/;
    case "rejected":
      return /^active: LXD \S+: .*, 1 rejected$/;
    case "renamed later": {
      // The status counts an entry only after its adoption.
      const [head = "", tail = ""] = undisturbed.split(/\d+ certificates?/);
      return new RegExp(`^${RegExp.escape(head)}\\d+ certificates?${RegExp.escape(tail)}$`);
    }
    case "neither restricted nor revoked":
    case "refused":
      return refusedStatus(wordsOf(faultCase.fault));
  }
}

/** Matches a status of a refusal. It is cut at 60 characters. */
function refusedStatus(words: string): RegExp {
  const statuses = ["what it is asked", `to revoke ${DIGITS}`].map((action) =>
    RegExp.escape(cut(`LXD refuses ${action}: ${words}`, MAXIMUM_STATUS)).replace(
      DIGITS,
      "[0-9a-f]{12}",
    )
  );
  return new RegExp(`^blocked: (${statuses.join("|")})$`);
}

function cut(text: string, maximum: number): string {
  return text.length <= maximum ? text : `${text.slice(0, maximum - 3)}...`;
}

/** Returns the reason in the rejection of a certificate. */
export function expectedReason({ fault }: FaultCase): string {
  return `LXD refuses the certificate: ${wordsOf(fault)}`;
}

function isChangeOfEntry(purpose: Purpose): boolean {
  return purpose === "rename" || purpose === "restrict" || purpose === "revoke";
}

function isRefusal(fault: RequestFault): boolean {
  return typeof fault === "number" && fault < 500;
}

function causeOf(fault: RequestFault): string {
  switch (fault) {
    case "refused":
      return "connection (refused|cut)";
    case "reset":
    case "truncated":
      return "connection cut";
    case "malformed":
      return "an answer that is not LXD's";
    case "delayed":
      return "time-out";
    default:
      return RegExp.escape(cut(`error ${fault}, ${wordsOf(fault)}`, MAXIMUM_CAUSE));
  }
}

function wordsOf(fault: RequestFault): string {
  return typeof fault === "number" ? errorOf({ status: fault }) : "";
}
