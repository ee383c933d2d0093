/** Real UPDATEs of two collectors, sent as each feed would have sent them, come out as the same routes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { BmpSession } from '#core/bmp/session.ts';
import { RisLiveTranslator } from '#core/ris-live/translator.ts';
import { writeAscii } from '../../services/feeder/live/ascii.ts';
import { noData, readWhole } from '../decode/mrt-files.ts';
import { risFrame, routeMonitoring, updatesIn } from './made-frames.ts';
import { RouteLines } from './routes.ts';

/** IPv4 and IPv6 of 2022, and of 2015. */
const files = [
  'mrt/jwbensley_dfz_name_and_shame__rrc23.updates.20220501.2305.gz',
  'mrt/CAIDA_libbgpstream__ris.rrc06.updates.1427846400.gz',
];
const updatesCompared = 3000;

for (const file of files) {
  test(`${file} as RIS Live frames, with and without raw`, { skip: noData }, async () => {
    const translator = new RisLiveTranslator(writeAscii);
    for (const update of updatesIn(await readWhole(file)).slice(0, updatesCompared)) {
      const expected = RouteLines.of(update.record).lines;
      for (const hasRaw of [true, false]) {
        const outcome = translator.take(risFrame(update, 'rrc23', hasRaw), update.second + 1);
        const { lines, refused } = RouteLines.of(translator.out.bytes.slice(0, translator.out.length));
        assert.deepEqual(refused, []);
        // The order in which families stand in a message is its own.
        assert.deepEqual([...lines].sort(), [...expected].sort());
        assert.equal(outcome, expected.length > 0 || hasRaw ? 'records' : 'silent');
      }
    }
  });

  test(`${file} as BMP`, { skip: noData }, async () => {
    const session = new BmpSession({ collectorAs: 0, onRefused: (reason) => assert.fail(reason) });
    for (const update of updatesIn(await readWhole(file)).slice(0, updatesCompared)) {
      const bytes = routeMonitoring(update);
      session.take(bytes, 0, bytes.length, update.second, 0);
      const { lines, records } = RouteLines.of(session.out.bytes.slice(0, session.out.length));
      session.out.length = 0;
      assert.deepEqual(lines, RouteLines.of(update.record).lines);
      assert.equal(records[0]!.peer, `${update.peer} AS${update.peerAs}`);
    }
  });
}
