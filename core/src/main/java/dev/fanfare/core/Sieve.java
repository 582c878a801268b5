// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Publication;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One of a channel's different filters, with its verdict on the newest publication: that is given
/// once, for all views and subscribers.
final class Sieve {
    private static final Logger LOG = LoggerFactory.getLogger(Sieve.class);

    private final Filter filter;

    /// Written where the channel's publications come in, which is by one thread at a time.
    private @Nullable Publication judged;

    private boolean passed;

    Sieve(Filter filter) {
        this.filter = filter;
    }

    Filter filter() {
        return filter;
    }

    /// Judges the newest publication.
    void judge(Publication publication, Candidate candidate) {
        passed = passes(candidate);
        judged = publication;
    }

    /// Whether the newest publication passes.
    boolean passed(Publication publication) {
        if (judged != publication) {
            judge(publication, new Candidate(publication.content()));
        }
        return passed;
    }

    /// Whether a publication that the history had passes.
    boolean passes(Publication publication) {
        return passes(new Candidate(publication.content()));
    }

    private boolean passes(Candidate candidate) {
        try {
            return filter.passes(candidate);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("a filter failed, and what it was asked about is held back", e);
            return false;
        }
    }
}
