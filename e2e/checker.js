// SPDX-License-Identifier: Apache-2.0

/**
 * Holds a run on one channel to the promise: what was acknowledged comes to every subscriber in order and once, or the
 * subscriber is told that it does not. Payloads are compared as JSON.
 */
export class DeliveryChecker {
  #stored = new Map();
  #sent = new Set();
  #views = [];

  /** `data` is about to be published: it may be stored, whatever becomes of the acknowledgement. */
  sent(data) {
    this.#sent.add(JSON.stringify(data));
  }

  /** `data` is stored at this position: from now on it is owed. */
  acknowledged({epoch, offset, tag}, data) {
    this.#stored.set(`${epoch} ${offset}`, {epoch, offset, tag, payload: JSON.stringify(data)});
  }

  /** How much was acknowledged: a run in which nothing happened has nothing to complain of. */
  get size() {
    return this.#stored.size;
  }

  /** What a subscriber says, in the order in which it was told: `{subscribed}`, `{publication}` or `{gap}`. */
  subscriber(name, events) {
    this.#views.push({name, events});
  }

  /** Every broken promise, as a sentence. To be called when nothing is under way any more. */
  verify() {
    return this.#views.flatMap(({name, events}) => this.#judge(events).map((wrong) => `${name}: ${wrong}`));
  }

  #judge(events) {
    const wrong = [];
    const seen = new Set();
    const excused = [];
    let at = null;
    let first = null;
    for (const {subscribed, publication, gap} of events) {
      const position = subscribed?.position ?? gap?.to;
      if (position) {
        if (at !== null && !gap && (position.epoch !== at.epoch || position.offset !== at.offset)) {
          wrong.push(`subscribed anew at ${position.offset} after ${at.offset}, and no gap was told`);
        }
        if (gap) {
          excused.push({from: at ?? {epoch: position.epoch, offset: 0}, to: position});
        }
        first ??= position;
        at = position;
      } else if (at === null) {
        wrong.push(`publication ${publication.offset} came uninvited`);
      } else {
        const key = `${at.epoch} ${publication.offset}`;
        wrong.push(...this.#compare(key, publication));
        if (seen.has(key)) {
          wrong.push(`publication ${publication.offset} is doubled`);
        } else if (publication.offset <= at.offset) {
          wrong.push(`publication ${publication.offset} is out of order, after ${at.offset}`);
        } else {
          at = {epoch: at.epoch, offset: publication.offset};
        }
        seen.add(key);
      }
    }
    return [...wrong, ...this.#missing(first, seen, excused)];
  }

  #compare(key, {offset, tag, data}) {
    const stored = this.#stored.get(key);
    const payload = JSON.stringify(data);
    if (stored ? stored.payload !== payload || stored.tag !== tag : !this.#sent.has(payload)) {
      return [`publication ${offset} is not what was published`];
    }
    return [];
  }

  #missing(first, seen, excused) {
    if (first === null) {
      return ['never subscribed'];
    }
    const owed = ({epoch, offset}) =>
      !(epoch === first.epoch && offset <= first.offset) &&
      !excused.some(
        ({from, to}) => (epoch !== from.epoch || offset > from.offset) && (epoch !== to.epoch || offset <= to.offset),
      );
    return [...this.#stored]
      .filter(([key, stored]) => owed(stored) && !seen.has(key))
      .map(([, {offset}]) => `publication ${offset} is lost`);
  }
}
