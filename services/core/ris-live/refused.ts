/** Why the fields of a message make no UPDATE. */
export const fieldRefusals = ['prefix', 'path', 'nextHop', 'announcement', 'updateLength'] as const;
export type FieldRefusal = (typeof fieldRefusals)[number];

export class Refused extends Error {
  readonly reason: FieldRefusal;

  constructor(reason: FieldRefusal) {
    super(reason);
    this.reason = reason;
  }
}
