import type { Anomaly } from '#core/contract/anomalies.ts';
import { anomalies } from '#runtime/topics.ts';
import { keptValues } from '../../services/main-job/why/kept-values.ts';
import { folderLog } from '../../services/main-job/why/stored-log.ts';

/** All that the log in a folder was told. */
export async function readAnomalies(folder: string): Promise<Anomaly[]> {
  const { transport } = folderLog(folder);
  try {
    const told: Anomaly[] = [];
    for await (const { value } of keptValues(transport, anomalies, 0)) told.push(value);
    return told;
  } finally {
    await transport.close();
  }
}
