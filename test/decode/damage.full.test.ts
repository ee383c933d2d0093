import { test } from 'node:test';
import { checkDamage } from './damage.ts';

/** More on demand: STEADYBEAT_DAMAGE_CASES=10000000. */
const cases = Number(process.env.STEADYBEAT_DAMAGE_CASES ?? 120_000);

test(`damaged records never throw, and never change the records beside them: ${cases} cases`, () =>
  checkDamage(cases));
