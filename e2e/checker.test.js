// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {DeliveryChecker} from './checker.js';

const position = (offset, epoch = 'e') => ({epoch, offset, tag: `${epoch}-${offset}`});
const publication = (offset, epoch = 'e') => ({publication: {offset, tag: `${epoch}-${offset}`, data: {n: offset}}});
const begun = {subscribed: {position: position(0)}};

/** What is wrong with a run in which 1 to 4 were published, and a subscriber saw this. */
function judge(...events) {
  const checker = new DeliveryChecker();
  for (const offset of [1, 2, 3, 4]) {
    checker.sent({n: offset});
    checker.acknowledged(position(offset), {n: offset});
  }
  checker.subscriber('ada', events);
  return checker.verify();
}

describe('the delivery checker', () => {
  it('has nothing against each in order and once', () => {
    assert.deepEqual(judge(begun, ...[1, 2, 3, 4].map((n) => publication(n))), []);
  });

  it('owes nothing of before the subscription', () => {
    assert.deepEqual(judge({subscribed: {position: position(2)}}, publication(3), publication(4)), []);
  });

  it('sees what is lost, in the middle and at the end', () => {
    assert.deepEqual(judge(begun, publication(1), publication(3)), ['ada: publication 2 is lost', 'ada: publication 4 is lost']);
  });

  it('sees what is doubled', () => {
    assert.deepEqual(judge(begun, ...[1, 2, 3, 2, 4].map((n) => publication(n))), [
      'ada: publication 2 is doubled',
    ]);
  });

  it('sees what is out of order', () => {
    assert.deepEqual(judge(begun, ...[1, 3, 2, 4].map((n) => publication(n))), [
      'ada: publication 2 is out of order, after 3',
    ]);
  });

  it('sees what is not what was published', () => {
    const forged = {publication: {offset: 2, tag: 'e-2', data: {n: 20}}};
    const invented = {publication: {offset: 5, tag: 'e-5', data: {n: 5}}};
    assert.deepEqual(judge(begun, publication(1), forged, publication(3), publication(4), invented), [
      'ada: publication 2 is not what was published',
      'ada: publication 5 is not what was published',
    ]);
  });

  it('excuses what a gap has told of, and no more than that', () => {
    const gap = [{gap: {from: 1, to: position(2)}}, {subscribed: {position: position(2), recovered: false}}];
    assert.deepEqual(judge(begun, publication(1), ...gap, publication(4)), ['ada: publication 3 is lost']);
  });

  it('excuses the rest of an old epoch when a new one was told of, and not what follows', () => {
    const gap = {gap: {from: 1, to: position(0, 'f')}};
    assert.deepEqual(judge(begun, publication(1), gap), []);
    const checker = new DeliveryChecker();
    checker.acknowledged(position(2), {n: 2});
    checker.acknowledged(position(1, 'f'), {n: 1});
    checker.subscriber('ada', [begun, gap]);
    assert.deepEqual(checker.verify(), ['ada: publication 1 is lost']);
  });

  it('takes a new beginning without a word for a fault, and a subscriber that never was for one', () => {
    assert.equal(judge(begun, {subscribed: {position: position(4)}}).length, 5);
    assert.deepEqual(judge(), ['ada: never subscribed']);
    assert.deepEqual(judge(publication(1)).slice(0, 1), ['ada: publication 1 came uninvited']);
  });
});
