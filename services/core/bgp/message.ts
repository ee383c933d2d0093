/**
 * The header of a BGP message (RFC 4271 4.1):
 *   +-------------+------------+----------+
 *   | marker (16) | length (2) | type (1) |
 *   +-------------+------------+----------+
 */
export const messageHeaderBytes = 19;

export const messageType = { open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5 } as const;
