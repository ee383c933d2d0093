/**
 * `npm run chaos -- --runs N --seed S [--lanes 2] [--long]`: services as processes on real brokers, disturbed as the seeds draw:
 * each run must say what the undisturbed one says, byte for byte. --long: brokers are away, and writes refused, for up to 30 s.
 */
import { parseArgs } from 'node:util';
import { whyNoJars } from '../kafka/jars.ts';
import { runSeeds } from './seeds.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '1' },
    long: { type: 'boolean', default: false },
  },
});
const reason = whyNoJars();
if (reason !== undefined) {
  console.error(`chaos: ${reason}`);
  process.exit(2);
}
const started = performance.now();
const { runs, counted, failures } = await runSeeds({
  first: Number(values.seed),
  runs: Number(values.runs),
  lanes: Number(values.lanes),
  long: values.long,
  say: (line) => console.log(line),
});
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  `\n${runs} runs in ${seconds} s: ${runs - failures.length} the same byte for byte, ${failures.length} not; in ${counted} every disturbance met work`,
);
process.exit(failures.length === 0 ? 0 : 1);
