import type { AsMinutes } from '#core/contract/as-minutes.ts';
import type { AsScores } from '#core/contract/as-scores.ts';
import { InstabilityScorer } from '#core/score/instability-scorer.ts';
import { Service, type ServiceOptions } from '#runtime/service.ts';
import { asMinutes, asScores } from '#runtime/topics.ts';
import type { Transport } from '#runtime/transport/transport.ts';

/** as.minutes to as.scores, in one task. */
export function buildInstabilityScorer(
  options: ServiceOptions,
  transport: Transport,
): Service<AsMinutes, AsScores> {
  return new Service(
    {
      service: 'instability-scorer',
      input: asMinutes,
      stateVersion: 5,
      createStep: () => new InstabilityScorer(),
      publish: (scores, post) => post.value(asScores, 0, subjectOf(scores), scores.eventMinute, scores),
    },
    options,
    transport,
  );
}

/** The key of a record of as.scores. */
function subjectOf({ content }: AsScores): string {
  switch (content.case) {
    case 'score':
      return `as:${content.value.originAs}`;
    case 'transit':
      return `transit:${content.value.transitAs}`;
    case 'heartbeat':
      return 'heartbeat';
  }
}
