import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readWebConfig, WrongWebConfig } from './web-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'steadybeat-web-'));
after(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  return file;
}

function mistakesOf(text: string): readonly string[] {
  const file = written(text);
  try {
    readWebConfig(file);
  } catch (error) {
    assert.ok(error instanceof WrongWebConfig);
    return error.mistakes.map((mistake) => mistake.replace(`${file}: `, ''));
  }
  return [];
}

const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';

test('users and a header; nothing is as an empty file', () => {
  const web = readWebConfig(
    written(
      `basic_auth_users:\n  prometheus: ${hash}\n  7: ${hash}\nhttp_server_config:\n  http2: false\n  headers:\n    Strict-Transport-Security: max-age=31536000; includeSubDomains\n`,
    ),
  );
  assert.deepEqual([...web.users].sort(), [
    ['7', hash],
    ['prometheus', hash],
  ]);
  assert.deepEqual(web.headers, { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' });
  assert.equal(web.tls, undefined);
  for (const nothing of ['', '# nothing\n', '{}']) {
    const { users, tls } = readWebConfig(written(nothing));
    assert.deepEqual([users.size, tls], [0, undefined]);
  }
});

test('every mistake is named at once, and nothing secret with it', () => {
  writeFileSync(join(folder, 'no.pem'), 'topsecret');
  const mistakes = mistakesOf(`
tls_config: {}
tls_server_config:
  key_file: none.pem
  cert_file: no.pem
  client_ca_file: [a]
  client_auth_type: RequireAnyClientCert
  min_version: SSL30
  cipher_suites: [x]
basic_auth_users:
  plain: topsecret
  number: 7
  "a:b": ${hash}
  slow: ${hash.replace('$10$', '$31$')}
  old: ${hash.replace('$2y$', '$2x$')}
http_server_config:
  http2: true
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: "max-age=1\\r\\nset-cookie: a=b"
`);
  const expected = [
    /^tls_config is not for Steadybeat, which knows tls_server_config, basic_auth_users, http_server_config$/,
    /^tls_server_config\.cipher_suites is not for Steadybeat/,
    /^tls_server_config\.client_auth_type: neither NoClientCert nor RequireAndVerifyClientCert$/,
    /^tls_server_config\.client_ca_file needs client_auth_type: RequireAndVerifyClientCert$/,
    /^tls_server_config\.client_ca_file: not the path of a file$/,
    /^tls_server_config\.min_version: neither TLS12 nor TLS13$/,
    /^tls_server_config\.cert_file: .*no\.pem is not a PEM file$/,
    /^tls_server_config\.key_file: ENOENT/,
    /^basic_auth_users\.plain: not a bcrypt hash; `htpasswd -nBC 10 plain` makes one$/,
    /^basic_auth_users\.number: not a bcrypt hash/,
    /^basic_auth_users\.a:b: no name that a client can send/,
    /^basic_auth_users\.slow: a bcrypt cost of 31 is not from 4 to 16$/,
    /^basic_auth_users\.old: not a bcrypt hash/,
    /^http_server_config\.http2: HTTP\/2 is not spoken here/,
    /^http_server_config\.headers\.X-Frame-Options is not for Steadybeat/,
    /^http_server_config\.headers\.Strict-Transport-Security: not of the form/,
  ];
  assert.equal(mistakes.length, expected.length, mistakes.join('\n'));
  for (const pattern of expected)
    assert.ok(
      mistakes.some((mistake) => pattern.test(mistake)),
      `${pattern} in\n${mistakes.join('\n')}`,
    );
  assert.doesNotMatch(mistakes.join('\n'), /topsecret|QOauhQ/);
});

test('what is no such file at all', () => {
  assert.deepEqual(mistakesOf('a: 1\n a: topsecret: [\n').length > 0, true);
  assert.doesNotMatch(mistakesOf('a: 1\n a: topsecret: [\n').join('\n'), /topsecret/);
  assert.deepEqual(mistakesOf('- a\n'), ['the file: not names with values']);
  assert.deepEqual(mistakesOf('basic_auth_users: topsecret\n'), ['basic_auth_users: not names with values']);
  assert.deepEqual(mistakesOf('tls_server_config: {}\n'), [
    'tls_server_config.cert_file is missing',
    'tls_server_config.key_file is missing',
  ]);
  assert.throws(() => readWebConfig(join(folder, 'none.yml')), /none\.yml: ENOENT/);
});
