import type { ProbeOutcome } from '#core/contract/probe-results.ts';

/** What one probe gave. */
export interface Answer {
  readonly outcome: ProbeOutcome;
  /** 0 without a reply. */
  readonly rttMicroseconds: number;
  readonly detail: string;
}

/** What is asked of whom. Addresses are numeric: what a name resolves to may be the outage. */
export type Target = {
  readonly address: string;
  readonly originAs: number;
  readonly everySeconds: number;
  readonly timeoutSeconds: number;
} & (
  | { readonly kind: 'ping' }
  | { readonly kind: 'traceroute' }
  | { readonly kind: 'tcp'; readonly port: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** The status that is right, any below 400 where it is not given; and text that the body must have. */
      readonly status?: number;
      readonly body?: string;
    }
  | { readonly kind: 'dns'; readonly port: number; readonly name: string }
);

export interface ProbeOptions {
  /** Where packets come from, by family; chosen by the system where it is not given. */
  readonly sourceIpv4?: string;
  readonly sourceIpv6?: string;
}

export const sourceFor = (address: string, { sourceIpv4, sourceIpv6 }: ProbeOptions): string | undefined =>
  address.includes(':') ? sourceIpv6 : sourceIpv4;

/** Of the monotonic clock, in milliseconds. */
export const since = (began: number): number => Math.max(1, Math.round((performance.now() - began) * 1000));

export const reply = (began: number, detail = ''): Answer => ({
  outcome: 'reply',
  rttMicroseconds: since(began),
  detail,
});
export const noReply = (detail = ''): Answer => ({ outcome: 'noReply', rttMicroseconds: 0, detail });
export const wrongReply = (began: number, detail: string): Answer => ({
  outcome: 'wrongReply',
  rttMicroseconds: since(began),
  detail,
});
export const proberError = (detail: string): Answer => ({
  outcome: 'proberError',
  rttMicroseconds: 0,
  detail,
});

/** The prober's own trouble: no descriptor, no permission, no address of its own. */
const ownTrouble = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'EACCES',
  'EPERM',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EAFNOSUPPORT',
  'ENETDOWN',
  'EINVAL',
]);

/** Also what a router on the way says (ICMP net or host unreachable); the prober's own lack of a route shows in all of its targets. */
const unanswered = new Set(['ETIMEDOUT', 'ENETUNREACH', 'EHOSTUNREACH', 'EHOSTDOWN']);

/** What an error of a socket says of the target. */
export function answerOfError(error: NodeJS.ErrnoException, began: number): Answer {
  const code = error.code ?? error.message;
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE')
    return { outcome: 'refused', rttMicroseconds: since(began), detail: code };
  if (ownTrouble.has(code)) return proberError(code);
  if (unanswered.has(code)) return noReply(code);
  return wrongReply(began, code);
}
