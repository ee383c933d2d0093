import { isIP } from 'node:net';

/**
 * Whether a Host header (RFC 9110, section 7.2) names this machine itself, or by its address. Any other name may be a stranger's that was made to
 * point here after a browser had loaded his page, which then reads what is ours as if it were his (DNS rebinding). Without the header it is no browser.
 */
export function namesThisMachine(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return name === 'localhost' || isIP(name) === 4 || (/^\[.*\]$/.test(name) && isIP(name.slice(1, -1)) === 6);
}
