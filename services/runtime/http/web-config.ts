import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { LineCounter, parseDocument } from 'yaml';

/** PEM texts, and what a handshake has to be like. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Of the CAs one of which must have signed a client's certificate; undefined where none is asked for. */
  readonly ca: string | undefined;
}

/** Who may look, by Prometheus' web configuration file. */
export interface WebConfig {
  /** Where it was read; it is read again while it is in force. */
  readonly file: string;
  readonly tls: ServerTls | undefined;
  /** bcrypt hashes by user. Nobody is asked who they are where there are none. */
  readonly users: ReadonlyMap<string, string>;
  /** Strict-Transport-Security, or nothing. */
  readonly headers: Readonly<Record<string, string>>;
}

/** All that is wrong with a file, each with its place in it; secrets are not repeated. */
export class WrongWebConfig extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/** A higher one takes seconds for each password. */
const bcryptCostMax = 16;

/** Reads a file of Prometheus' conventions (github.com/prometheus/exporter-toolkit, docs/web-configuration.md). Throws WrongWebConfig. */
export function readWebConfig(file: string): WebConfig {
  const reader = new WebConfigReader(file);
  const config = reader.read();
  if (reader.mistakes.length > 0)
    throw new WrongWebConfig(reader.mistakes.map((mistake) => `${file}: ${mistake}`));
  return config;
}

type Mapping = Readonly<Record<string, unknown>>;

class WebConfigReader {
  readonly mistakes: string[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(): WebConfig {
    const sections = ['tls_server_config', 'basic_auth_users', 'http_server_config'] as const;
    const content = this.#mapping('', this.#parsed());
    this.#onlyKnown('', content, sections);
    const [tls, users, http] = sections.map((name) => this.#mapping(name, content[name]));
    return {
      file: this.#file,
      tls: content.tls_server_config === undefined ? undefined : this.#tls(tls!),
      users: this.#users(users!),
      headers: this.#headers(http!),
    };
  }

  #parsed(): unknown {
    const lineCounter = new LineCounter();
    try {
      // Without the lines themselves, which may hold secrets.
      const document = parseDocument(readFileSync(this.#file, 'utf8'), { lineCounter, prettyErrors: false });
      for (const { pos, code } of document.errors)
        this.mistakes.push(`line ${lineCounter.linePos(pos[0]).line}: not YAML (${code})`);
      return document.errors.length > 0 ? {} : document.toJS();
    } catch (error) {
      this.mistakes.push((error as Error).message);
      return {};
    }
  }

  #tls(section: Mapping): ServerTls {
    const place = 'tls_server_config';
    const keys = ['cert_file', 'key_file', 'client_ca_file', 'client_auth_type', 'min_version'];
    this.#onlyKnown(place, section, keys);
    const pem = (key: string) => this.#pem(`${place}.${key}`, section[key]);
    for (const key of ['cert_file', 'key_file'])
      if (section[key] === undefined) this.mistakes.push(`${place}.${key} is missing`);
    const asksClients = this.#oneOf(`${place}.client_auth_type`, section.client_auth_type, clientAuth);
    if (asksClients && section.client_ca_file === undefined)
      this.mistakes.push(`${place}.client_auth_type needs client_ca_file too`);
    if (!asksClients && section.client_ca_file !== undefined)
      this.mistakes.push(`${place}.client_ca_file needs client_auth_type: RequireAndVerifyClientCert`);
    const ca = pem('client_ca_file');
    const minVersion = this.#oneOf(`${place}.min_version`, section.min_version, versions);
    const tls = { cert: pem('cert_file') ?? '', key: pem('key_file') ?? '', minVersion, ca };
    if (tls.cert !== '' && tls.key !== '') this.#fits(place, tls);
    return tls;
  }

  /** Whether OpenSSL takes them, so that this is known before anybody connects. */
  #fits(place: string, { cert, key, ca }: ServerTls): void {
    try {
      createSecureContext({ cert, key, ...(ca !== undefined && { ca }) });
    } catch (error) {
      this.mistakes.push(`${place}: certificate, key or CA: ${(error as Error).message}`);
    }
  }

  #users(section: Mapping): ReadonlyMap<string, string> {
    const users = new Map<string, string>();
    for (const [name, hash] of Object.entries(section)) {
      const place = `basic_auth_users.${name}`;
      const cost = typeof hash === 'string' && /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1];
      if (name === '' || name.includes(':'))
        this.mistakes.push(`${place}: no name that a client can send: it is empty, or has a ":"`);
      else if (!cost)
        this.mistakes.push(`${place}: not a bcrypt hash; \`htpasswd -nBC 10 ${name}\` makes one`);
      else if (Number(cost) < 4 || Number(cost) > bcryptCostMax)
        this.mistakes.push(`${place}: a bcrypt cost of ${cost} is not from 4 to ${bcryptCostMax}`);
      else users.set(name, hash as string);
    }
    return users;
  }

  #headers(section: Mapping): WebConfig['headers'] {
    const place = 'http_server_config';
    this.#onlyKnown(place, section, ['http2', 'headers']);
    if (section.http2 !== undefined && section.http2 !== false)
      this.mistakes.push(`${place}.http2: HTTP/2 is not spoken here: false, or left out`);
    const name = 'Strict-Transport-Security';
    const headers = this.#mapping(`${place}.headers`, section.headers);
    this.#onlyKnown(`${place}.headers`, headers, [name]);
    const value = headers[name];
    if (value === undefined) return {};
    if (typeof value === 'string' && /^max-age=\d+(?:; ?(?:includeSubDomains|preload))*$/i.test(value))
      return { [name]: value };
    this.mistakes.push(`${place}.headers.${name}: not of the form "max-age=31536000; includeSubDomains"`);
    return {};
  }

  #mapping(place: string, value: unknown): Mapping {
    if (value === undefined || value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping;
    this.mistakes.push(`${place === '' ? 'the file' : place}: not names with values`);
    return {};
  }

  #onlyKnown(place: string, mapping: Mapping, known: readonly string[]): void {
    for (const key of Object.keys(mapping))
      if (!known.includes(key))
        this.mistakes.push(
          `${place === '' ? '' : `${place}.`}${key} is not for Steadybeat, which knows ${known.join(', ')}`,
        );
  }

  #oneOf<T>(place: string, value: unknown, choices: Readonly<Record<string, T>>): T {
    const [standard] = Object.values(choices) as [T];
    if (value === undefined) return standard;
    if (typeof value === 'string' && Object.hasOwn(choices, value)) return choices[value]!;
    this.mistakes.push(`${place}: neither ${Object.keys(choices).join(' nor ')}`);
    return standard;
  }

  /** Relative to the file that names it. */
  #pem(place: string, value: unknown): string | undefined {
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') {
      this.mistakes.push(`${place}: not the path of a file`);
      return undefined;
    }
    const path = resolve(dirname(this.#file), value);
    try {
      const text = readFileSync(path, 'utf8');
      if (text.includes('-----BEGIN ')) return text;
      this.mistakes.push(`${place}: ${path} is not a PEM file`);
    } catch (error) {
      this.mistakes.push(`${place}: ${(error as Error).message}`);
    }
    return undefined;
  }
}

/** The first of each is what holds where nothing is said; whether certificates are asked for. */
const clientAuth = { NoClientCert: false, RequireAndVerifyClientCert: true };
const versions = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;
