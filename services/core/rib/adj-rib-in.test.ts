import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateReader, StateWriter } from '../state.ts';
import { AdjRibIn } from './adj-rib-in.ts';
import { slotAbsentAfter, slotPresent, stampOf, withoutStamp } from './route-pages.ts';
import { RouteTables } from './route-tables.ts';
import { Dice } from './stream-for-tests.ts';

test('what counts as announced is the window and the one before, however many windows pass between', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const dice = new Dice(seed);
    const tables = new RouteTables();
    let rib = new AdjRibIn(tables.pages);
    /** Prefix to the window of its last announcement; whether it was there at the first one in it, and in the one before. */
    const last = new Map<number, { window: number; wasThere: boolean; wasThereBefore: boolean }>();
    const present = new Set<number>();
    let window = 1000;
    for (let step = 0; step < 4000; step++) {
      if (dice.below(8) === 0) window += dice.below(5) > 0 ? 1 : dice.below(70);
      rib.moveTo(window);
      const prefix = dice.below(300);
      const at = rib.locate(prefix);
      const { slots } = tables.pages;
      if (dice.below(3) === 0) {
        if (present.delete(prefix)) slots[at] = slotAbsentAfter(step) | stampOf(slots[at]);
      } else {
        const stamp = rib.countAnnounced(slots[at]);
        slots[at] = slotPresent(1 + dice.below(1000)) | stamp;
        const known = last.get(prefix);
        if (known?.window !== window) {
          const wasThere = present.has(prefix);
          const wasThereBefore = known?.window === window - 1 ? known.wasThere : wasThere;
          last.set(prefix, { window, wasThere, wasThereBefore });
        }
        present.add(prefix);
      }
      const recent = [...last.values()].filter((announced) => announced.window >= window - 1);
      assert.equal(rib.refreshed, recent.length, `seed ${seed}, step ${step}`);
      const again = recent.filter((known) =>
        known.window === window ? known.wasThereBefore : known.wasThere,
      );
      assert.equal(rib.reannounced, again.length, `seed ${seed}, step ${step}`);
      if (dice.below(500) === 0) {
        const writer = new StateWriter();
        rib.save(writer);
        rib = new AdjRibIn(tables.pages);
        rib.load(new StateReader(writer.bytes()));
      }
    }
  }
});

test('marking begins with what was announced in the window and the one before', () => {
  const tables = new RouteTables();
  const rib = new AdjRibIn(tables.pages);
  for (const [prefix, window] of [
    [3, 100],
    [700, 101],
    [4, 102],
    [5, 103],
  ]) {
    rib.moveTo(window);
    const at = rib.locate(prefix);
    tables.pages.slots[at] = slotPresent(9) | rib.countAnnounced(tables.pages.slots[at]);
    assert.equal(withoutStamp(tables.pages.slots[at]), slotPresent(9));
  }
  rib.startMarking(true);
  rib.mark(3);
  assert.deepEqual(rib.stopMarking(), [700]);
});
