import { createHash } from 'node:crypto';
import type { Detector } from '#core/contract/anomalies.ts';
import * as thresholds from '#core/detect/thresholds.ts';
import type { WatchFile } from '#core/group/watch-file.ts';

/** Goes up with every change of what is decided that no threshold shows. */
const version = '1';
const hashDigits = 16;

/** What incidents say of the detector that decided them. */
export function detectorStamp(watchFile: WatchFile | undefined): Detector {
  // A module's names come in the order of the alphabet.
  const configuration = JSON.stringify([thresholds, watchFile?.hash ?? '']);
  const hash = createHash('sha256').update(configuration).digest('hex');
  return { version, configurationHash: hash.slice(0, hashDigits) };
}
