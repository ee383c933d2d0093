/** `npm run check`: what can be held without running the product. Stops at the first step that fails. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Step {
  readonly name: string;
  readonly holds: () => boolean;
}

const command =
  (program: string, ...args: string[]) =>
  (): boolean =>
    spawnSync(program, args, { stdio: 'inherit' }).status === 0;

const steps: readonly Step[] = [
  { name: 'types and layers (tsc -b)', holds: command('tsc', '-b') },
  { name: 'format, lint, import cycles (biome)', holds: command('biome', 'ci', '--error-on-warnings', '.') },
  { name: 'dead code and dependencies (knip)', holds: command('knip') },
  { name: 'contract (buf lint)', holds: command('buf', 'lint', 'proto') },
  {
    name: 'contract unbroken (buf breaking)',
    holds: command('buf', 'breaking', 'proto', '--against', 'proto/baseline.binpb'),
  },
  { name: 'generated code is what proto/ says', holds: generatedCodeIsCurrent },
  { name: 'rules of the house (tidy)', holds: command(process.execPath, '--test', 'test/tidy.test.ts') },
];

for (const { name, holds } of steps) {
  console.log(`check: ${name}`);
  if (!holds()) {
    console.error(`check: failed: ${name}`);
    process.exit(1);
  }
}
console.log('check: all of it holds');

function generatedCodeIsCurrent(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'steadybeat-gen-'));
  try {
    const status = spawnSync('buf', [
      'generate',
      'proto',
      '--template',
      'proto/buf.gen.yaml',
      '-o',
      folder,
    ]).status;
    const files = (root: string) => globSync('proto/gen/**/*.ts', { cwd: root }).sort();
    const same =
      files('.').join() === files(folder).join() &&
      files('.').every((file) => readFileSync(file, 'utf8') === readFileSync(join(folder, file), 'utf8'));
    if (!same) console.error('proto/gen differs from what proto/ generates: run `npm run gen`');
    return status === 0 && same;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
