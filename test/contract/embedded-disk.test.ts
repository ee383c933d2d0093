import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { openDiskStorage } from '#runtime/transport/disk-storage.ts';
import { EmbeddedLog } from '#runtime/transport/embedded-log.ts';
import { transportSuite } from './transport-suite.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

transportSuite({
  name: 'embedded log on disk',
  open: async (limits) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'steadybeat-contract-'));
    folders.push(folder);
    return new EmbeddedLog(limits, openDiskStorage(folder));
  },
});
