/** Loaded into a process that is measured (`node --import`): at SIGUSR2 it collects its garbage and says what it then holds. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  // What is external holds the array buffers too.
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`memory ${heapUsed} ${external} ${rss}\n`);
});
