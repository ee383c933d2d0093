import type { AsNames } from '../view/as-names.ts';
import type { IncidentRecord } from '../view/incident-store.ts';
import type { WorldView } from '../view/world-view.ts';

/** All that a page is made of. */
export interface Site {
  readonly view: WorldView;
  readonly names: AsNames;
  /** One sentence above everything: what is shown here, if not the world as it is now. */
  readonly notice: string | undefined;
  /** The shell command that finds an incident again from stored updates. */
  readonly replayCommand: (record: IncidentRecord) => string;
}
