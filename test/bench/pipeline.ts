import { Detection } from '../../services/main-job/detection.ts';

export interface PipelineFigures {
  readonly seconds: number;
  readonly elems: number;
  readonly incidents: number;
}

/** The whole pipeline, all services in one process over the log in memory; raw MRT files of one collector in memory. */
export async function measurePipeline(files: readonly Uint8Array[]): Promise<PipelineFigures> {
  const incidents = new Set<string>();
  const detection = new Detection({ onAnomaly: ({ incidentId }) => incidents.add(incidentId) });
  const start = performance.now();
  await detection.run(
    files.map((bytes, index) => ({
      name: `file ${index}`,
      source: 'route-views2',
      isSeed: false,
      bytes: bytes.length,
      // A collector's files come in the order of their time.
      notBefore: index,
      async *open() {
        yield { case: 'chunk' as const, bytes, fileBytesRead: bytes.length };
      },
    })),
  );
  const seconds = (performance.now() - start) / 1000;
  return { seconds, elems: detection.totals()!.elems, incidents: incidents.size };
}
