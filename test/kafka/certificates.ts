import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Files in PEM: what a broker wants is key, certificate and CA in one. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly broker: string;
  readonly expiredBroker: string;
  readonly client: { readonly certificate: string; readonly key: string };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A CA for a test, and what it signs for brokers on loopback and for a client; by openssl. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'steadybeat-tls-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => path.join(folder, name);
  const text = (name: string) => readFileSync(file(name), 'utf8');
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test CA',
  );
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const sign = (name: string, days: number) => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...ca,
      '-days',
      String(days),
      '-extfile',
      'names',
      '-out',
      `${name}.pem`,
    );
    writeFileSync(file(`${name}.all.pem`), text(`${name}.key`) + text(`${name}.pem`) + text('ca.pem'));
  };
  sign('broker', 2);
  sign('expired', -1);
  sign('client', 2);
  return {
    folder,
    ca: file('ca.pem'),
    broker: file('broker.all.pem'),
    expiredBroker: file('expired.all.pem'),
    client: { certificate: text('client.pem'), key: text('client.key') },
  };
}
