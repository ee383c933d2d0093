import { readFileSync } from 'node:fs';
import path from 'node:path';

/** docker-compose.yml as Compose reads it where none of the variables is set; two dollars are one that a shell gets. */
export const composeText = readFileSync(path.join(import.meta.dirname, '../../docker-compose.yml'), 'utf8')
  .replace(/(?<!\$)\$\{[A-Z_]+:-([^}]*)\}/g, '$1')
  .replaceAll('$$', () => '$');
