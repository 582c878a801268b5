// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.core;

import dev.fanfare.engine.Engine;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Inbox;
import dev.fanfare.engine.Member;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.engine.PublishRequest;
import dev.fanfare.engine.Published;
import dev.fanfare.testkit.DeliveryChecker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An engine far away: one channel, and every question travels there and back when the test says
/// so, as does every announcement. It can lose its newest entries and go on numbering, as a replica
/// does that was promoted too early.
final class StepEngine implements Engine {
    private static final int KEPT = 8;

    private final DeliveryChecker checker;
    private final Fault fault;
    private final ArrayDeque<Announcement> announcements = new ArrayDeque<>();
    private final List<Runnable> travelling = new ArrayList<>();
    private final List<Publication> entries = new ArrayList<>();
    private @Nullable Listener listener;
    private boolean subscribed;
    private String epoch = "e";
    private int epochs;
    private long offset;
    private String tag = "";
    private int tags;
    private int announced;

    /// @param publication null when the history began anew
    private record Announcement(String epoch, @Nullable Publication publication) {}

    /// What is wrong with it.
    enum Fault {
        NONE,
        /// Announces only from the moment its answer arrives. The hub heals this.
        LATE_ANNOUNCEMENTS,
        /// Loses every seventh announcement. The hub heals this.
        DROPPED_ANNOUNCEMENTS,
        /// Takes any entry at that offset for the client's.
        UNTAGGED,
        /// A page of history lacks its first entry.
        SHORT_PAGES,
        /// History repeats the entry that the client has.
        LONG_PAGES,
        /// An announcement is lost, and the next one pretends to follow.
        FORGED_ANNOUNCEMENTS
    }

    StepEngine(DeliveryChecker checker, Fault fault) {
        this.checker = checker;
        this.fault = fault;
    }

    @Override
    public void start(Listener hears) {
        listener = hears;
    }

    @Override
    public CompletionStage<Published> publish(PublishRequest request) {
        String text = new String(request.content().data(), StandardCharsets.UTF_8);
        checker.sent("news", text);
        return ask(() -> {
            Publication publication =
                    new Publication(offset + 1, "t" + tags++, tag, 0, request.content());
            offset++;
            tag = publication.tag();
            entries.add(publication);
            if (entries.size() > KEPT) {
                entries.removeFirst();
            }
            if (subscribed) {
                announcements.add(new Announcement(epoch, publication));
            }
            checker.stored("news", epoch, publication);
            return new Published(publication.position(epoch), Published.Novelty.NEW);
        });
    }

    @Override
    public CompletionStage<Position> subscribe(String channel) {
        if (fault == Fault.LATE_ANNOUNCEMENTS) {
            return ask(this::top)
                    .thenApply(top -> {
                        subscribed = true;
                        return top;
                    });
        }
        return ask(() -> {
            subscribed = true;
            return top();
        });
    }

    @Override
    public CompletionStage<Void> unsubscribe(String channel) {
        subscribed = false;
        announcements.clear();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<History> history(String channel, HistoryQuery query) {
        return ask(() -> read(query));
    }

    private History read(HistoryQuery query) {
        Position since = query.since();
        if (since != null && !follows(since)) {
            return new History.Broken(top());
        }
        long after = since == null ? 0 : since.offset();
        if (fault == Fault.SHORT_PAGES) {
            after++;
        } else if (fault == Fault.LONG_PAGES) {
            after--;
        }
        long from = after;
        List<Publication> found = entries.stream().filter(p -> p.offset() > from).toList();
        return switch (query.order()) {
            case OLDEST_FIRST ->
                    new History.Entries(found.stream().limit(query.limit()).toList(), top());
            case NEWEST_FIRST ->
                    new History.Entries(
                            found.reversed().stream().limit(query.limit()).toList(), top());
        };
    }

    private boolean follows(Position since) {
        if (!since.epoch().equals(epoch) || since.offset() > offset) {
            return false;
        }
        if (fault == Fault.UNTAGGED) {
            return entries.isEmpty() || since.offset() >= entries.getFirst().offset() - 1;
        }
        if (since.offset() == offset) {
            return since.tag().equals(tag);
        }
        return entries.stream()
                .anyMatch(p ->
                        (p.offset() == since.offset() + 1 && p.previousTag().equals(since.tag()))
                                || (p.offset() == since.offset() && p.tag().equals(since.tag())));
    }

    private Position top() {
        return new Position(epoch, offset, tag);
    }

    @Override
    public CompletionStage<Position> reset(String channel) {
        return ask(() -> {
            checker.cut("news", epoch, 0);
            entries.clear();
            epoch = "e" + ++epochs;
            offset = 0;
            tag = "";
            if (subscribed) {
                announcements.add(new Announcement(epoch, null));
            }
            return top();
        });
    }

    @Override
    public CompletionStage<Set<String>> channels(Predicate<String> wanted) {
        return CompletableFuture.completedFuture(Set.of("news"));
    }

    @Override
    public CompletionStage<Void> join(Presence presence) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> leave(String channel, String user, String session) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<Member>> members(
            String channel, @Nullable String after, int limit) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<Kept> put(String user, Inbox added, Inbox.Bounds bounds) {
        return CompletableFuture.completedFuture(Kept.FULL);
    }

    @Override
    public CompletionStage<Inbox> take(String user) {
        return CompletableFuture.completedFuture(Inbox.EMPTY);
    }

    @Override
    public void close() {}

    /// Travels there, is done, and travels back.
    private <T> CompletionStage<T> ask(Supplier<T> deed) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        travelling.add(() -> {
            T result = deed.get();
            travelling.add(() -> answer.complete(result));
        });
        return answer;
    }

    /// Something that travels arrives: any, for they come by several ways.
    ///
    /// @return whether anything travelled
    boolean arrive(Random random) {
        if (travelling.isEmpty()) {
            return false;
        }
        travelling.remove(random.nextInt(travelling.size())).run();
        return true;
    }

    /// The next announcement arrives.
    boolean announce() {
        Announcement next = announcements.poll();
        if (next == null || listener == null) {
            return false;
        }
        Publication publication = next.publication();
        if (fault == Fault.DROPPED_ANNOUNCEMENTS
                && ++announced % 7 == 0
                && !announcements.isEmpty()) {
            return true;
        }
        if (publication == null) {
            listener.reset("news", new Position(next.epoch(), 0, ""));
            return true;
        }
        if (fault == Fault.FORGED_ANNOUNCEMENTS && publication.offset() % 7 == 0) {
            publication = forged(publication);
        }
        listener.published("news", next.epoch(), publication);
        return true;
    }

    /// The next one, dressed as this one.
    private Publication forged(Publication lost) {
        Announcement after = announcements.peek();
        Publication next = after == null ? null : after.publication();
        if (next == null) {
            return lost;
        }
        announcements.remove();
        return new Publication(lost.offset(), next.tag(), lost.previousTag(), 0, next.content());
    }

    /// Everything that travels arrives, and what would be announced is not.
    void arriveUnannounced() {
        Random random = new Random(1);
        while (arrive(random)) {
            announcements.clear();
        }
    }

    /// Loses its newest `count` entries.
    void lose(int count) {
        for (int i = 0; i < count && entries.size() > 1; i++) {
            entries.removeLast();
        }
        offset = entries.isEmpty() ? 0 : entries.getLast().offset();
        tag = entries.isEmpty() ? "" : entries.getLast().tag();
        checker.cut("news", epoch, offset);
    }
}
