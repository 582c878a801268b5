// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.changes;

import static dev.fanfare.testkit.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.apps.Http;
import dev.fanfare.apps.TestPostgres;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.PostgresChanges;
import dev.fanfare.changes.Settings;
import dev.fanfare.changes.State;
import dev.fanfare.changes.Table;
import dev.fanfare.core.Access;
import dev.fanfare.core.Environment;
import dev.fanfare.engine.Content;
import dev.fanfare.engine.History;
import dev.fanfare.engine.HistoryQuery;
import dev.fanfare.engine.Position;
import dev.fanfare.engine.Publication;
import dev.fanfare.server.Fanfare;
import dev.fanfare.testkit.ManualClock;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Changes of a real database in the channels of a node.
@ExtendWith(TestPostgres.class)
class ChangeFeedIT {
    private static final AtomicInteger FEEDS = new AtomicInteger();
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Environment environment = new Environment(new ManualClock(), new SecureRandom());

    private static ChangeMapping mapping(String name, String channel, String where) {
        return mapping(name, channel, where, "id", "total");
    }

    private static ChangeMapping mapping(
            String name, String channel, String where, String... columns) {
        return ChangeMapping.of(
                name,
                new ChangeMapping.Described(
                        "feed_order",
                        channel,
                        where,
                        List.of(),
                        "{operation}",
                        ChangeMapping.PayloadShape.ROW,
                        List.of(columns),
                        Numbers.SAFE,
                        List.of("id")));
    }

    private static Settings settings(int number) {
        return Settings.of(
                        "jdbc:postgresql://127.0.0.1:" + TestPostgres.port() + "/postgres",
                        "postgres",
                        "")
                .slot("feed_" + number)
                .publication("feed_" + number)
                .watch(Duration.ofMillis(50))
                .snapshot(Settings.Snapshot.NEVER);
    }

    /// A node that follows the table by these mappings.
    private final class Node implements AutoCloseable {
        final Settings settings = settings(FEEDS.incrementAndGet());
        final Mapping[] mappings;
        final Fanfare fanfare;
        final Http http;
        final Duration coalesce;
        ChangeFeed feed;

        Node(Mapping... mappings) {
            this(Duration.ZERO, mappings);
        }

        Node(Duration coalesce, Mapping... mappings) {
            this.coalesce = coalesce;
            this.mappings = mappings;
            TestPostgres.sql(
                    "drop table if exists feed_order;"
                            + "create table feed_order (id int primary key, store text, total numeric, body text, doc json);"
                            + "alter table feed_order replica identity full");
            ChangeFeed[] installed = new ChangeFeed[1];
            fanfare =
                    Fanfare.start(config -> {
                        config.port(0)
                                .metrics()
                                .channel(
                                        "{name}",
                                        rules ->
                                                rules.history(1_000, Duration.ofHours(1))
                                                        .subscribe(Access.anyone()));
                        config.channel(
                                "orders:{store}",
                                rules -> rules.history(1_000, Duration.ofHours(1)));
                        installed[0] =
                                ChangeFeed.install(
                                        config, source(), ChangeFeed.Watch.NONE, environment);
                    });
            feed = installed[0];
            http = new Http(fanfare.port());
            begins();
        }

        private ChangeFeed.Source source() {
            return new ChangeFeed.Source("shop", settings, List.of(mappings), coalesce);
        }

        void begins() {
            feed.started(fanfare);
            eventually(LONG, () -> assertThat(feed.state()).isEqualTo(State.STREAMING));
        }

        /// A slot of the same publication.
        Settings slot() {
            Settings other = settings.slot("feed_" + FEEDS.incrementAndGet());
            TestPostgres.ask(
                    "select pg_create_logical_replication_slot('%s', 'pgoutput')"
                            .formatted(other.slot()));
            return other;
        }

        History history(String channel, HistoryQuery query) {
            return fanfare.channel(channel).history(query).toCompletableFuture().join();
        }

        List<String> published(String channel) {
            History history = history(channel, HistoryQuery.latest(1_000));
            return history instanceof History.Entries(List<Publication> publications, _)
                    ? publications.reversed().stream().map(ChangeFeedIT::shown).toList()
                    : List.of("broken");
        }

        HttpResponse<String> get(String path) {
            return http.get(path);
        }

        @Override
        public void close() {
            http.close();
            feed.close();
            PostgresChanges.dropSlot(settings);
            fanfare.close();
        }
    }

    private static String shown(Publication publication) {
        return publication.content().event()
                + " "
                + new String(publication.content().data(), StandardCharsets.UTF_8);
    }

    @Test
    void aTableGoesToSeveralChannelsByItsColumnsAndItsConditions() {
        try (Node node =
                new Node(
                        mapping("by-store", "orders:{store}", ""),
                        mapping("large", "large", "total >= 100"))) {
            TestPostgres.sql("insert into feed_order values (1, 'a', 5), (2, 'b', 500)");
            TestPostgres.sql("update feed_order set total = 100.5 where id = 1");
            TestPostgres.sql("update feed_order set total = 6, store = 'b' where id = 1");
            TestPostgres.sql("delete from feed_order where id = 2");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.published("large"))
                                    .containsExactly(
                                            "insert {\"id\":2,\"total\":500}",
                                            "insert {\"id\":1,\"total\":100.5}",
                                            "delete {\"id\":1,\"total\":6}",
                                            "delete {\"id\":2,\"total\":500}"));
            assertThat(node.published("orders:a"))
                    .containsExactly(
                            "insert {\"id\":1,\"total\":5}",
                            "update {\"id\":1,\"total\":100.5}",
                            "delete {\"id\":1,\"total\":6}");
            assertThat(node.published("orders:b"))
                    .containsExactly(
                            "insert {\"id\":2,\"total\":500}",
                            "insert {\"id\":1,\"total\":6}",
                            "delete {\"id\":2,\"total\":500}");
        }
    }

    @Test
    void whoComesBackAfterAGapIsToldEvenWhereNobodyListened() {
        try (Node node = new Node(mapping("by-store", "orders:{store}", ""))) {
            TestPostgres.sql("insert into feed_order values (1, 'a', 5)");
            eventually(LONG, () -> assertThat(node.published("orders:a")).hasSize(1));
            Position last = node.history("orders:a", HistoryQuery.latest(1)).top();
            Position other =
                    node.fanfare
                            .channel("other")
                            .publish("not by the feed")
                            .toCompletableFuture()
                            .join()
                            .position();
            String slot = node.settings.slot();
            eventually(
                    LONG,
                    () ->
                            TestPostgres.sql(
                                    "select pg_terminate_backend(active_pid) from pg_replication_slots"
                                            + " where slot_name = '%1$s' and active;"
                                                    .formatted(slot)
                                            + "select pg_drop_replication_slot('%s')"
                                                    .formatted(slot)));
            eventually(
                    LONG,
                    () ->
                            assertThat(node.history("orders:a", HistoryQuery.since(last, 10)))
                                    .isInstanceOf(History.Broken.class));
            assertThat(node.history("other", HistoryQuery.since(other, 10)))
                    .as("another channel")
                    .isInstanceOf(History.Entries.class);
        }
    }

    @Test
    void aTableThatIsDroppedAndCreatedAgainIsAGapAndThenFollowed() {
        try (Node node = new Node(mapping("by-store", "orders:{store}", ""))) {
            TestPostgres.sql("insert into feed_order values (1, 'a', 5)");
            eventually(LONG, () -> assertThat(node.published("orders:a")).hasSize(1));
            Position last = node.history("orders:a", HistoryQuery.latest(1)).top();
            TestPostgres.sql("drop table feed_order");
            eventually(LONG, () -> assertThat(node.get("/ready").statusCode()).isEqualTo(503));
            TestPostgres.sql(
                    "create table feed_order (id int primary key, store text, total numeric)");
            eventually(LONG, () -> assertThat(node.get("/ready").statusCode()).isEqualTo(200));
            TestPostgres.sql("insert into feed_order values (2, 'a', 6)");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.published("orders:a"))
                                    .containsExactly("insert {\"id\":2,\"total\":6}"));
            assertThat(node.history("orders:a", HistoryQuery.since(last, 10)))
                    .isInstanceOf(History.Broken.class);
            assertThat(node.get("/metrics").body())
                    .contains("fanfare_source_gaps_total{source=\"shop\"} 1.0");
        }
    }

    /// Long enough for Postgres to leave it out of updates that do not change it.
    private static void longBody() {
        TestPostgres.sql(
                "alter table feed_order replica identity default, alter body set storage external");
        TestPostgres.sql("insert into feed_order values (1, 'a', 5, repeat('x', 10000))");
    }

    @Test
    void anUpdateThatCannotBeJudgedIsAGapInItsChannel() {
        Mapping described = mapping("described", "orders:{store}", "body <> ''");
        try (Node node = new Node(described, mapping("all", "all", ""))) {
            longBody();
            eventually(LONG, () -> assertThat(node.published("orders:a")).hasSize(1));
            Position last = node.history("orders:a", HistoryQuery.latest(1)).top();
            Position other = node.history("all", HistoryQuery.latest(1)).top();
            TestPostgres.sql("update feed_order set total = 6");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.history("orders:a", HistoryQuery.since(last, 10)))
                                    .isInstanceOf(History.Broken.class));
            assertThat(node.history("all", HistoryQuery.since(other, 10)))
                    .as("what another mapping knows to be whole")
                    .isInstanceOf(History.Entries.class);
            assertThat(node.get("/metrics").body())
                    .contains("fanfare_source_lost_total{source=\"shop\"} 1.0");
        }
    }

    /// A mapping of user code that once makes something which is no payload.
    private record Faulty(ChangeMapping whole) implements Mapping {
        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public Table table() {
            return whole.table();
        }

        @Override
        public boolean owns(String channel) {
            return whole.owns(channel);
        }

        @Override
        public ColumnNeeds needs() {
            return whole.needs();
        }

        @Override
        public Mapped map(Change change) {
            Content broken = Content.of("{".getBytes(StandardCharsets.UTF_8));
            return "2".equals(change.row().text("id"))
                    ? Mapped.to(List.of(new Outgoing("all", broken, "2")))
                    : whole.map(change);
        }

        @Override
        public Optional<Outgoing> emptied(Change change, String channel) {
            return whole.emptied(change, channel);
        }
    }

    @Test
    void whatCannotBePublishedIsAGapAndHoldsBackNothing() {
        try (Node node = new Node(new Faulty(mapping("all", "all", "")))) {
            TestPostgres.sql("insert into feed_order values (1, 'a', 5)");
            eventually(LONG, () -> assertThat(node.published("all")).hasSize(1));
            Position last = node.history("all", HistoryQuery.latest(1)).top();
            TestPostgres.sql("insert into feed_order values (2, 'a', 5)");
            TestPostgres.sql("insert into feed_order values (3, 'a', 5)");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.published("all"))
                                    .containsExactly("insert {\"id\":3,\"total\":5}"));
            assertThat(node.history("all", HistoryQuery.since(last, 10)))
                    .isInstanceOf(History.Broken.class);
            assertThat(node.get("/metrics").body())
                    .contains("fanfare_source_lost_total{source=\"shop\"} 1.0");
        }
    }

    @Test
    void aDocumentOfAnyDepthIsPublished() {
        String deep = "[".repeat(2_000) + "]".repeat(2_000);
        try (Node node = new Node(mapping("all", "all", "", "doc"))) {
            TestPostgres.sql("insert into feed_order (id, doc) values (1, '" + deep + "')");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.published("all"))
                                    .containsExactly("insert {\"doc\":" + deep + "}"));
        }
    }

    @Test
    void withFullIdentityEveryUpdateIsJudged() {
        try (Node node = new Node(mapping("described", "orders:{store}", "body <> ''"))) {
            longBody();
            TestPostgres.sql("alter table feed_order replica identity full");
            TestPostgres.sql("update feed_order set total = 6");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.published("orders:a"))
                                    .containsExactly(
                                            "insert {\"id\":1,\"total\":5}",
                                            "update {\"id\":1,\"total\":6}"));
            assertThat(node.get("/metrics").body())
                    .contains("fanfare_source_lost_total{source=\"shop\"} 0.0");
        }
    }

    @Test
    void aLongValueIsNotLostToALaterChangeThatLeavesItAlone() {
        ManualClock clock = (ManualClock) environment.clock();
        try (Node node =
                new Node(
                        Duration.ofMillis(300), mapping("all", "all", "", "id", "total", "body"))) {
            longBody();
            TestPostgres.sql("update feed_order set body = repeat('b', 10000)");
            TestPostgres.sql("update feed_order set total = 6");
            eventually(
                    LONG,
                    () ->
                            assertThat(node.get("/metrics").body())
                                    .contains("fanfare_source_changes_total{source=\"shop\"} 3.0"));
            eventually(
                    LONG,
                    () -> {
                        clock.advance(Duration.ofSeconds(5));
                        assertThat(node.published("all").getLast())
                                .isEqualTo("update {\"id\":1,\"total\":6}");
                    });
            assertThat(node.published("all"))
                    .contains(
                            "update {\"id\":1,\"total\":5,\"body\":\"%s\"}"
                                    .formatted("b".repeat(10_000)));
        }
    }

    @Test
    void aTableThatIsEmptiedIsToldWhereSomebodyMayComeBack() {
        try (Node node = new Node(mapping("by-store", "orders:{store}", ""))) {
            TestPostgres.sql("insert into feed_order values (1, 'a', 5)");
            TestPostgres.sql("truncate feed_order");
            eventually(LONG, () -> assertThat(node.published("orders:a")).hasSize(2));
            assertThat(node.published("orders:a").getLast()).startsWith("truncate ");
        }
    }

    @Test
    void whatIsToldAgainIsPublishedOnce() {
        try (Node node = new Node(mapping("by-store", "orders:{store}", ""))) {
            // Slots that begin here tell what follows to whoever comes, as after a restart.
            Settings one = node.slot();
            Settings two = node.slot();
            TestPostgres.sql(
                    "insert into feed_order select n, 'a', n from generate_series(1, 5) n");
            eventually(LONG, () -> assertThat(node.published("orders:a")).hasSize(5));
            replay(node, "shop", one);
            assertThat(node.published("orders:a")).hasSize(5);
            replay(node, "another", two);
            assertThat(node.published("orders:a"))
                    .as("the key is what holds: under another name all come again")
                    .hasSize(10);
        }
    }

    /// Follows from where the slot began, until a mark has come.
    private void replay(Node node, String name, Settings from) {
        Mapping mark = mapping("mark", "mark-" + name, "id = 0");
        ChangeFeed[] second = new ChangeFeed[1];
        ChangeFeed.Source source =
                new ChangeFeed.Source(name, from, List.of(node.mappings[0], mark), Duration.ZERO);
        Fanfare.start(config ->
                        second[0] =
                                ChangeFeed.install(
                                        config.port(0), source, ChangeFeed.Watch.NONE, environment))
                .close();
        second[0].started(node.fanfare);
        TestPostgres.sql(
                "insert into feed_order values (0, 'marks', 0)"
                        + " on conflict (id) do update set total = feed_order.total + 1");
        eventually(LONG, () -> assertThat(node.published("mark-" + name)).isNotEmpty());
        second[0].close();
        PostgresChanges.dropSlot(from);
    }
}
