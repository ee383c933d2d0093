/** `node healthcheck.mjs /readyz`: status 0 where this container's service says 200, else 1 and its reason. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const { STEADYBEAT_HEALTH_ADDRESS: address, STEADYBEAT_WEB_CONFIG: webConfig } = process.env;

try {
  const isTls = webConfig && /^tls_server_config:/m.test(readFileSync(webConfig, 'utf8'));
  const { get } = await import(isTls ? 'node:https' : 'node:http');
  const asked = get({
    host: '127.0.0.1',
    port: /\d+$/.exec(address ?? '')?.[0],
    path: process.argv[2],
    // Whatever name the certificate has: nobody else answers on this loopback.
    rejectUnauthorized: false,
  });
  const [response] = await once(asked, 'response');
  process.stdout.write((await response.toArray()).join(''));
  process.exitCode = response.statusCode === 200 ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
