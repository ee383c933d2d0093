/** `node healthcheck.mjs /readyz`: status 0 where this container's service says 200, else 1 and its reason. */
const port = /\d+$/.exec(process.env.STEADYBEAT_HEALTH_ADDRESS ?? '')?.[0];

try {
  const response = await fetch(`http://127.0.0.1:${port}${process.argv[2]}`);
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
