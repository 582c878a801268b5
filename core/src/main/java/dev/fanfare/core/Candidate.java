// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Content;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The content of one publication, as the filters of its channel meet it. Used by one thread.
public final class Candidate {
    private final Content content;
    private @Nullable Object form;

    public Candidate(Content content) {
        this.content = content;
    }

    public Content content() {
        return content;
    }

    /// The content in the form that filters of one kind read: made when the first of them asks, and
    /// the same for all others.
    public <T> T as(Class<T> type, Function<Content, T> reader) {
        if (type.isInstance(form)) {
            return type.cast(form);
        }
        T made = reader.apply(content);
        form = made;
        return made;
    }
}
