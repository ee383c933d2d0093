import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './html.ts';

test('values are escaped, Html and lists of it are not', () => {
  const name = `<img src=x onerror="alert('1')">&`;
  const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
  assert.equal(html`<b title="${name}">${name}</b>`.text, `<b title="${escaped}">${escaped}</b>`);
  assert.equal(html`${['<', html`<i>${'>'}</i>`]}`.text, '&lt;<i>&gt;</i>');
  assert.equal(html`${undefined}${false}${0}`.text, '0');
});

test('what controls the terminal, or turns the direction of text, is a space', () => {
  assert.equal(html`${'a\u202eb\u0000c\u001bd\u2066e'}`.text, 'a b c d e');
});
