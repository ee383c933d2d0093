import type { Kind, Severity, Transition } from '#core/contract/anomalies.ts';

/** Every value that these labels can have: so that what never happened is told as 0. */
export const kinds: readonly Kind[] = [
  'beatWatch',
  'beatConfirmed',
  'outageFull',
  'outagePartial',
  'burst',
  'sched',
  'chronic',
  'leakChurn',
  'dataPlane',
];
/** The worst first. */
export const severities: readonly Severity[] = ['critical', 'warning', 'notice', 'info'];
export const transitions: readonly Transition[] = ['opened', 'updated', 'closed'];

/** "beat_watch". */
export const kindLabel = (kind: Kind): string =>
  kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
