/**
 * Runs the tests and says at the end what was skipped and why. `--full` adds the long
 * suites (*.full.test.ts). In CI (CI=true) a skip is a failure. Further arguments
 * narrow the run to files whose path contains one of them.
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const options = process.argv.slice(2);
const full = options.includes('--full');
const narrow = options.filter((option) => !option.startsWith('--'));
const skipsFail = process.env.CI === 'true';

const files = globSync(['services/**/*.test.ts', 'test/**/*.test.ts'])
  .filter((file) => full || !file.endsWith('.full.test.ts'))
  .filter((file) => narrow.length === 0 || narrow.some((part) => file.includes(part)))
  .sort();

const skipped: string[] = [];
let failures = 0;
const slowestShown = full ? 30 : 5;
/** A test that hangs ends as a failure, soon enough for the others to be seen. */
const timeoutMilliseconds = 45 * 60_000;
const tests = run({ files, concurrency: 2, timeout: timeoutMilliseconds });
tests.on('test:pass', (event) => {
  if (event.skip !== undefined)
    skipped.push(`${event.name}: ${event.skip === true ? 'no reason given' : event.skip}`);
});
tests.on('test:fail', () => {
  failures++;
});
const slow: { readonly file: string; readonly seconds: number }[] = [];
tests.on('test:summary', ({ file, duration_ms: milliseconds }) => {
  if (file !== undefined) slow.push({ file: path.relative('.', file), seconds: milliseconds / 1000 });
});
tests.compose(new spec()).pipe(process.stdout);
tests.on('close', () => {
  console.log('\nWhat took longest:');
  slow.sort((a, b) => b.seconds - a.seconds);
  for (const { file, seconds } of slow.slice(0, slowestShown))
    console.log(`  ${seconds.toFixed(0).padStart(5)} s  ${file}`);
  if (!full) console.log('\nThe long suites were left out; npm run test:full runs them too.');
  if (skipped.length > 0) console.log(`\nSkipped (${skipped.length}):\n  ${skipped.join('\n  ')}`);
  if (skipsFail && skipped.length > 0) console.log('\nThis is CI: a skip is a failure.');
  process.exitCode = failures > 0 || files.length === 0 || (skipsFail && skipped.length > 0) ? 1 : 0;
});
