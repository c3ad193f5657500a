import { messageOf } from "../../errors/understudy-error.ts";
import { type Address, describeAddress } from "../address.ts";
import { NetworkError, type NetworkErrorCode } from "../network.ts";
import { closed, inUse, refused, reset } from "../network-errors.ts";

const CODES: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: "refused",
  ENOENT: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ECONNABORTED: "reset",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  EAI_FAIL: "unresolved",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EACCES: "denied",
  EPERM: "denied",
};
const TLS_CODES =
  /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|CRL_|DEPTH_|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH|EPROTO)/;

/** What went wrong at a connection to `to`, in the network's own words. */
export function networkErrorOf(to: Address, thrown: unknown): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const error = thrown instanceof AggregateError ? (thrown.errors[0] ?? thrown) : thrown; // one per address of the host
  const systemCode = codeOf(error);
  const where = describeAddress(to);
  if (TLS_CODES.test(systemCode)) {
    return new NetworkError(
      "tls",
      `No TLS connection with ${where}: ${messageOf(error)}.`,
      { address: where, reason: systemCode },
      { cause: thrown },
    );
  }
  const code = CODES[systemCode];
  switch (code) {
    case undefined:
      return closed(to, thrown);
    case "refused":
      return refused(to);
    case "reset":
      return reset(to, thrown);
    case "unresolved":
      return new NetworkError(
        code,
        `The host name of ${where} cannot be resolved; check its spelling and the machine's DNS.`,
        { address: where },
        { cause: thrown },
      );
    case "denied":
      return new NetworkError(code, `This process may not connect to ${where}.`, { address: where }, { cause: thrown });
    default:
      return new NetworkError(
        code,
        `${where} cannot be reached: ${messageOf(error)}.`,
        { address: where },
        { cause: thrown },
      );
  }
}

/** Why an address could not be served. */
export function listenErrorOf(at: Address, thrown: unknown): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const where = describeAddress(at);
  const choice = at.kind === "unix" ? "choose another path." : "choose another port (0 takes a free one).";
  const code = codeOf(thrown);
  if (code === "EADDRINUSE") return inUse(at, `stop what listens there, or ${choice}`);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new NetworkError(
      "unresolved",
      `The host name of ${where} cannot be resolved; give an address of this machine.`,
      { address: where },
      { cause: thrown },
    );
  }
  if (code === "EADDRNOTAVAIL") {
    return new NetworkError("denied", `${where} is no address of this machine.`, { address: where }, { cause: thrown });
  }
  return new NetworkError(
    "denied",
    `This process may not listen at ${where} (${messageOf(thrown)}); ${choice}`,
    { address: where },
    { cause: thrown },
  );
}

/** The system's code of an error, such as `ECONNRESET`; empty when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
