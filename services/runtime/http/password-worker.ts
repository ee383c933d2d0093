import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';
import type { PasswordQuestion } from './passwords.ts';

parentPort!.on('message', ({ password, hash }: PasswordQuestion) => {
  parentPort!.postMessage(compareSync(password, hash));
});
