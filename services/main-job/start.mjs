/**
 * The entry of `npm start`. Plain JavaScript, so that an older Node gets a sentence and not a syntax error:
 * the services are TypeScript, which Node runs as it is from 22.18 on.
 */
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Steadybeat needs Node 24; this is ${process.version}. \`npm ci\` puts Node 24 into node_modules, and \`npm start\` uses it.`,
  );
  process.exitCode = 2;
} else {
  // What Node makes of the sources is kept for the next start, where it may be. Threads are told by the environment only.
  const { enableCompileCache } = await import('node:module');
  process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/../../node_modules/.cache/steadybeat`;
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  const { main } = await import('./main.ts');
  process.exitCode = await main(process.argv.slice(2));
}
