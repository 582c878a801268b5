// SPDX-License-Identifier: Apache-2.0

/** For which tabs a message to the user is. What had waited is for the one that asked; what is sent later, for all that did. */
export class SharedInbox {
  readonly #asked = new Set<string>();
  /** The next so many messages had waited, and are this tab's. */
  #handed: { readonly tab: string; left: number } | undefined;

  asked(tab: string): void {
    this.#asked.add(tab);
  }

  /** So many messages follow that had waited. */
  handed(tab: string, messages: number): void {
    this.#handed = { tab, left: messages };
  }

  /** A tab is gone: what it was to be handed is for the others. */
  leave(tab: string): void {
    this.#asked.delete(tab);
    if (this.#handed?.tab === tab) {
      this.#handed = undefined;
    }
  }

  /** Who of all tabs is told the message that comes now. */
  next(all: readonly string[]): readonly string[] {
    if (this.#handed !== undefined && this.#handed.left > 0) {
      this.#handed.left--;
      return [this.#handed.tab];
    }
    return this.#asked.size > 0 ? [...this.#asked] : all;
  }
}
