import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type PreparedAnswer, prepare } from './answer.ts';

/** All files that can be asked for, read once: no request reaches the file system. */
export function loadAssets(): ReadonlyMap<string, PreparedAnswer> {
  const own = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url));
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const files: readonly (readonly [string, string, Buffer])[] = [
    ['page.css', 'text/css; charset=utf-8', own('page.css')],
    ['page.mjs', 'text/javascript; charset=utf-8', own('page.mjs')],
    ['chart.mjs', 'text/javascript; charset=utf-8', own('chart.mjs')],
    ['favicon.svg', 'image/svg+xml', own('favicon.svg')],
    ['uplot.mjs', 'text/javascript; charset=utf-8', uplotModule(join(uplot, 'dist/uPlot.iife.min.js'))],
    ['uplot.css', 'text/css; charset=utf-8', readFileSync(join(uplot, 'dist/uPlot.min.css'))],
  ];
  return new Map(
    files.map(([name, type, body]) => [`/assets/${name}`, prepare({ status: 200, type, body })]),
  );
}

/** The package has its module only unminified, of three times the size. */
const uplotModule = (file: string): Buffer =>
  Buffer.concat([readFileSync(file), Buffer.from('\nexport default uPlot;\n')]);
