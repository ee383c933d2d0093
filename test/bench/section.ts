/** One measurement in a process of its own, so that nothing else has warmed its code or filled its memory: prints JSON. */
import { measureDecode, readBzip2Files } from './decode.ts';
import { dataFolder, dayRawFiles } from './inputs.ts';
import { measurePipeline } from './pipeline.ts';
import { batchesOf, measureDay, measureFullFeeds, measureLinearity } from './rib.ts';

const day = (): Uint8Array[] => readBzip2Files(`${dataFolder}/mrt/rv2-2008-02-20`);

const sections: Readonly<Record<string, () => unknown>> = {
  decode: () => measureDecode(day(), 3),
  tables: () => measureDay(batchesOf('route-views2', day()), 2),
  pipeline: () => measurePipeline(dayRawFiles()),
  linearity: () => measureLinearity(day()),
  'full-feeds': () => measureFullFeeds(Number(process.argv[3])),
};

console.log(JSON.stringify(await sections[process.argv[2]!]!()));
