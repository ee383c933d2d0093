import type { Anomaly } from '#core/contract/anomalies.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { createPage, type Page } from '#page/http/page.ts';
import { parseAsNames } from '#page/view/as-names.ts';
import { WorldView } from '#page/view/world-view.ts';

/** The web page of what a metrics-exporter reads. */
export interface ExportedPage extends Page {
  readonly onAnomaly: (anomaly: Anomaly) => void;
  readonly onScores: (scores: AsScores) => void;
  /** Two letters, or empty where unknown. */
  readonly countryOf: (asn: number) => string;
}

/** `asNames`: text in the form of RIPE's asn.txt. */
export function exportedPage(asNames = ''): ExportedPage {
  const view = new WorldView();
  const names = parseAsNames(asNames);
  return {
    ...createPage(view, {
      names,
      replayCommand: ({ latest }) => `npm start -- why ${latest.incidentId}`,
    }),
    onAnomaly: (anomaly) => view.addAnomaly(anomaly),
    onScores: (scores) => view.addScores(scores),
    countryOf: (asn) => names.get(asn)?.country ?? '',
  };
}
