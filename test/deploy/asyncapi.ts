/** `node test/deploy/asyncapi.ts` writes deploy/asyncapi.yaml anew. */
import { writeFileSync } from 'node:fs';
import { asyncApiFile, asyncApiText } from './asyncapi-document.ts';

writeFileSync(asyncApiFile, asyncApiText());
