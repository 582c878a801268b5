// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import dev.fanfare.changes.Batch;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.ChangesException;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.Counts;
import dev.fanfare.changes.Gap;
import dev.fanfare.changes.Listener;
import dev.fanfare.changes.Operation;
import dev.fanfare.changes.PostgresChanges;
import dev.fanfare.changes.Settings;
import dev.fanfare.changes.State;
import dev.fanfare.changes.Table;
import dev.fanfare.core.Environment;
import dev.fanfare.core.Hub;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Published;
import dev.fanfare.server.Fanfare;
import dev.fanfare.server.FanfareConfig;
import dev.fanfare.server.Figure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes the changes of a database by its mappings.
///
/// A change counts as taken over once everything that it becomes has been acknowledged by the
/// engine; until then the database is told to keep it, and tells it again after a fault. Each
/// publication has an idempotency key made of the change's place in the log and the mapping, so
/// that being told again doubles nothing.
///
/// When the database has lost what follows, an error is logged, the figure `fanfare.source.gaps`
/// counts it, and every channel of the mappings that somebody listens to or may come back to begins
/// a new epoch: who listens is told of a gap, and who comes back that nothing can be recovered. So
/// does a channel of which a change cannot be published, because Postgres did not send what decides
/// or nothing may be published as it stands; the figure `fanfare.source.lost` counts those.
///
/// Any thread.
public final class ChangeFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final Source source;
    private final Watch watch;
    private final Environment environment;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();
    private final LongAdder lost = new LongAdder();
    private volatile @Nullable PostgresChanges changes;

    /// Where changes come from.
    ///
    /// @param name for the log, `/ready` and the figures, and a part of the idempotency keys
    /// @param settings its tables are taken from the mappings
    /// @param coalesce how long a publication waits for a newer one of its channel and conflation
    ///   key, which then stands for both; zero publishes each at once. What waits is lost with the
    ///   process
    public record Source(
            String name, Settings settings, List<Mapping> mappings, Duration coalesce) {
        public Source {
            mappings = List.copyOf(mappings);
            settings =
                    settings.tables(mappings.stream().map(Mapping::table).distinct().toList())
                            .needs(needs(mappings));
        }

        /// What all mappings of a table need together.
        private static Map<Table, ColumnNeeds> needs(List<Mapping> mappings) {
            return mappings.stream()
                    .collect(Collectors.toMap(Mapping::table, Mapping::needs, ColumnNeeds::and));
        }
    }

    /// Is told what happens, on a thread of the feed's. Quick.
    public interface Watch {
        /// For those who need not know.
        Watch NONE = new Watch() {};

        /// It is about to be published.
        ///
        /// @param position completes when that is acknowledged, and fails when it cannot be: then
        ///   the same comes again
        default void publishing(
                Change change, Outgoing outgoing, CompletionStage<Position> position) {}

        /// The database cannot be reached; it is being tried again.
        default void lost() {}

        /// It is there again, and what was missed follows.
        default void resumed() {}

        /// What was missed will not follow. The channels have been reset.
        default void gap() {}
    }

    private ChangeFeed(Source source, Watch watch, Environment environment) {
        this.source = source;
        this.watch = watch;
        this.environment = environment;
    }

    /// Adds the feed's readiness and figures to a node. Once the node runs, tell it by [#started].
    public static ChangeFeed install(
            FanfareConfig config, Source source, Watch watch, Environment environment) {
        ChangeFeed feed = new ChangeFeed(source, watch, environment);
        config.ready("source-" + source.name(), () -> feed.state() == State.STREAMING);
        config.figure(feed.counter("changes", "changed rows that were told", Counts::changes));
        config.figure(feed.counter("gaps", "times that changes were lost", Counts::gaps));
        config.figure(
                Figure.counter("source.lost", "changes that could not be published", feed.lost::sum)
                        .label("source", source.name()));
        config.figure(
                feed.counter("reconnects", "times the database came back", Counts::reconnects));
        config.figure(feed.gauge("lag.bytes", "log not confirmed yet", Counts::lagBytes));
        config.figure(feed.gauge("retained.bytes", "log kept for the slot", Counts::retainedBytes));
        return feed;
    }

    private Figure counter(String name, String meaning, ToDoubleFunction<Counts> value) {
        return Figure.counter("source." + name, meaning, () -> now(value))
                .label("source", source.name());
    }

    private Figure gauge(String name, String meaning, ToDoubleFunction<Counts> value) {
        return Figure.gauge("source." + name, meaning, () -> now(value))
                .label("source", source.name());
    }

    private double now(ToDoubleFunction<Counts> value) {
        PostgresChanges running = changes;
        return running == null ? 0 : value.applyAsDouble(running.counts());
    }

    /// The node runs: begins to follow the database. One that cannot be reached is tried again in
    /// the background.
    ///
    /// @throws dev.fanfare.changes.ChangesException when only a person can mend what is wrong
    public void started(Fanfare fanfare) {
        changes = PostgresChanges.start(source.settings(), new Telling(fanfare.hub()));
    }

    public State state() {
        PostgresChanges running = changes;
        return running == null ? State.CONNECTING : running.state();
    }

    /// What was committed before this place of the log has been taken over.
    public long reached() {
        PostgresChanges running = changes;
        return running == null ? 0 : running.reached();
    }

    @Override
    public void close() {
        PostgresChanges running = changes;
        if (running != null) {
            running.close();
        }
    }

    /// What is to be published, for one change.
    record Step(Change change, Outgoing outgoing) {}

    /// On the stream's thread.
    private final class Telling implements Listener {
        private final Hub hub;
        private final @Nullable Coalescing coalescing;

        Telling(Hub hub) {
            this.hub = hub;
            this.coalescing =
                    source.coalesce().isPositive()
                            ? new Coalescing(source.coalesce(), environment, this::publish)
                            : null;
        }

        @Override
        public void snapshot(Batch batch) {
            changed(batch);
        }

        @Override
        public void changed(Batch batch) {
            List<Step> steps = new ArrayList<>();
            Set<String> broken = new LinkedHashSet<>();
            for (Change change : batch.changes()) {
                for (Mapping mapping : source.mappings()) {
                    if (mapping.table().equals(change.table())) {
                        Mapped mapped = mapped(change, mapping);
                        mapped.publications()
                                .forEach(outgoing -> steps.add(new Step(change, outgoing)));
                        mapped.lost().ifPresent(why -> broken.addAll(lost(mapping, why)));
                    }
                }
            }
            if (coalescing != null) {
                await(coalescing.add(steps), "publish");
            } else {
                // All are under way before the first is waited for.
                List<CompletableFuture<?>> underway = new ArrayList<>();
                steps.forEach(step -> underway.add(publish(step).toCompletableFuture()));
                await(all(underway), "publish");
            }
            reset(broken);
        }

        private Mapped mapped(Change change, Mapping mapping) {
            return change.operation() == Operation.TRUNCATE
                    ? Mapped.to(
                            owned(mapping).stream()
                                    .flatMap(channel -> mapping.emptied(change, channel).stream())
                                    .toList())
                    : mapping.map(change);
        }

        /// @return the channels that miss something now
        private Set<String> lost(Mapping mapping, Mapped.Lost why) {
            lost.increment();
            boolean isFirst = warned.add(mapping.name() + " " + why.reason());
            return switch (why) {
                case Mapped.Unplaced(String reason) -> {
                    if (isFirst) {
                        LOG.warn(
                                "source {}: mapping {}: a change of {} goes to no channel: {}; further"
                                        + " ones are counted only",
                                source.name(),
                                mapping.name(),
                                mapping.table(),
                                reason);
                    }
                    yield Set.of();
                }
                case Mapped.Undecided(Optional<String> channel, String reason) -> {
                    if (isFirst) {
                        LOG.error(
                                "source {}: mapping {}: an update of {} cannot be judged, its channels"
                                        + " are told of a gap: {}; further ones are counted only. Run"
                                        + " ALTER TABLE {} REPLICA IDENTITY FULL",
                                source.name(),
                                mapping.name(),
                                mapping.table(),
                                reason,
                                mapping.table());
                    }
                    yield channel.map(Set::of).orElseGet(() -> owned(mapping));
                }
            };
        }

        private CompletionStage<Published> publish(Step step) {
            Outgoing outgoing = step.outgoing();
            CompletableFuture<Published> acknowledged = new CompletableFuture<>();
            watch.publishing(step.change(), outgoing, acknowledged.thenApply(Published::position));
            acknowledgement(step)
                    .whenComplete((published, failure) -> {
                        if (failure == null) {
                            acknowledged.complete(published);
                        } else {
                            acknowledged.completeExceptionally(failure);
                        }
                    });
            return acknowledged;
        }

        private CompletionStage<Published> acknowledgement(Step step) {
            Outgoing outgoing = step.outgoing();
            try {
                return hub.channel(outgoing.channel())
                        .publish(outgoing.content(), source.name() + "/" + outgoing.key());
            } catch (IllegalArgumentException e) {
                // It never can be, and what follows it must not wait for it.
                lost.increment();
                LOG.error(
                        "source {}: a change of {} cannot be published in {}, which is told of a gap:"
                                + " {}",
                        source.name(),
                        step.change().table(),
                        outgoing.channel(),
                        e.getMessage());
                return hub.channel(outgoing.channel())
                        .reset()
                        .thenApply(position -> new Published(position, Published.Novelty.NEW));
            }
        }

        /// The channels of a mapping that somebody listens to, or may come back to.
        private Set<String> owned(Mapping mapping) {
            return await(hub.known(mapping::owns).toCompletableFuture(), "find its channels");
        }

        @Override
        public void lost(Exception cause) {
            if (cause instanceof ChangesException) {
                LOG.error("source {}: not followed: {}", source.name(), cause.getMessage());
            } else {
                LOG.warn("source {}: the database is gone, trying again", source.name(), cause);
            }
            watch.lost();
        }

        @Override
        public void resumed() {
            LOG.info("source {}: the database is back", source.name());
            watch.resumed();
        }

        @Override
        public void gap(Gap gap) {
            LOG.error(
                    "source {}: changes are lost ({}): {}",
                    source.name(),
                    gap.reason(),
                    gap.detail());
            if (coalescing != null) {
                coalescing.clear();
            }
            reset(
                    source.mappings().stream()
                            .flatMap(mapping -> owned(mapping).stream())
                            .collect(Collectors.toSet()));
            watch.gap();
        }

        private void reset(Set<String> channels) {
            await(
                    all(
                            channels.stream()
                                    .map(channel ->
                                            hub.channel(channel).reset().toCompletableFuture())
                                    .toList()),
                    "reset");
        }

        private static CompletableFuture<Void> all(Collection<? extends CompletableFuture<?>> of) {
            return CompletableFuture.allOf(of.toArray(CompletableFuture[]::new));
        }

        private <T> T await(CompletableFuture<T> all, String deed) {
            try {
                return all.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            } catch (Exception e) {
                throw new IllegalStateException(
                        "source " + source.name() + " cannot " + deed + " now", e);
            }
        }
    }
}
