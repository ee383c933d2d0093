import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedUrls } from './masked-urls.ts';

test('who an address lets in is masked, and nothing else', () => {
  const masked = [
    ['wss://user:pw123@host:1/v1/?a=b', 'wss://********@host:1/v1/?a=b'],
    [
      'Invalid URL: https://token@host, and amqp+s://u:p@q@b',
      'Invalid URL: https://********@host, and amqp+s://********@b',
    ],
    ['WSS://u:@h', 'WSS://********@h'],
  ];
  for (const [text, expected] of masked) assert.equal(maskedUrls(text!), expected);
  for (const text of ['wss://host/a@b', 'https://host?mail=a@b', 'me@example.net', 'a:1,b:2', ''])
    assert.equal(maskedUrls(text), text);
});
