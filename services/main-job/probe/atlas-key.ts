import { fields } from '#runtime/configuration/schema.ts';

/** The API key of RIPE Atlas, where commands without a configuration of their own are given one. */
export const atlasKeyOf = (environment: NodeJS.ProcessEnv): string | undefined =>
  environment[fields.atlasKey.environment];
