import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFile } from '../../services/feeder/mrt-file.ts';
import { Detection } from '../../services/main-job/detection.ts';

export interface PipelineFigures {
  readonly seconds: number;
  readonly elems: number;
  readonly incidents: number;
}

/**
 * The whole pipeline, all services in one process over the log in memory: raw MRT files, which the system
 * has in its page cache, through the feed thread and all services, as the command runs them.
 */
export async function measurePipeline(files: readonly string[]): Promise<PipelineFigures> {
  // As the command's thread does it, which starts within what is measured.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'steadybeat-bench', 'compiled');
  const incidents = new Set<string>();
  const detection = new Detection({ onAnomaly: ({ incidentId }) => incidents.add(incidentId) });
  const start = performance.now();
  await detection.run(files.map((path) => diskFile(path)));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, elems: detection.totals()!.elems, incidents: incidents.size };
}
