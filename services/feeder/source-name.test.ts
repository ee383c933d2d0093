import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOf } from './source-name.ts';

const names: Record<string, string> = {
  '/data/rrc00/2014.12/updates.20141222.1600.gz': 'rrc00',
  '/data/RRC03/updates.20141222.1600.gz': 'rrc03',
  '/x/CAIDA_libbgpstream__ris.rrc06.updates.1427846400.gz': 'rrc06',
  '/x/CAIDA_libbgpstream__routeviews.route-views.jinx.updates.1427846400.bz2': 'route-views.jinx',
  '/archive/route-views2.saopaulo/bgpdata/2014.12/UPDATES/updates.20141222.1600.bz2': 'route-views2.saopaulo',
  '/archive/route-views4/bgpdata/2014.12/RIBS/rib.20141222.1600.bz2': 'route-views4',
  '/x/route-views6.updates.20141222.1600.bz2': 'route-views6',
  '/x/route-views.kixp.bz2': 'route-views.kixp',
  '/archive/rv2-2008-02-20/updates.20080220.0006.bz2': 'rv2-2008-02-20',
  '/archive/mine/2014.12/UPDATES/updates.20141222.1600.bz2': 'mine',
  '/updates.gz': 'local',
  '/demo/reconstructed-rrc00+4353d1h13m/updates.mrt': 'reconstructed-rrc00+4353d1h13m',
  // The name of the file wins over the folder's.
  '/archive/rrc01/rrc02.updates.gz': 'rrc02',
};

for (const [path, source] of Object.entries(names)) {
  test(path, () => assert.equal(sourceOf(path), source));
}
