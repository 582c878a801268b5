// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps.kyc;

import dev.fanfare.apps.changes.Mapped;
import dev.fanfare.apps.changes.Mapping;
import dev.fanfare.apps.changes.Outgoing;
import dev.fanfare.changes.Change;
import dev.fanfare.changes.ColumnNeeds;
import dev.fanfare.changes.Row;
import dev.fanfare.changes.Table;
import dev.fanfare.core.Rulebook;
import dev.fanfare.engine.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A change of a row of `public.kyc_status` is told in its user's channel: the new status, or an
/// error that says that it is gone or is none. The key is all it needs of a row that is gone, and
/// Postgres always sends that.
final class StatusMapping implements Mapping {
    static final Table TABLE = new Table("public", "kyc_status");

    @Override
    public String name() {
        return "status";
    }

    @Override
    public Table table() {
        return TABLE;
    }

    @Override
    public boolean owns(String channel) {
        return KycStatus.isChannel(channel);
    }

    @Override
    public ColumnNeeds needs() {
        return new ColumnNeeds(
                Set.of("user_id", "status", "verification_level", "updated_at"), Set.of("user_id"));
    }

    @Override
    public Mapped map(Change change) {
        List<Outgoing> outgoing = new ArrayList<>(1);
        String was = user(change.before());
        String is = user(change.after());
        if (was != null && !was.equals(is)) {
            outgoing.add(outgoing(change, was, KycStatus.deleted(was)));
        }
        if (is != null) {
            outgoing.add(
                    outgoing(change, is, row(is, change.after()).content(change.committedAt())));
        }
        return Mapped.to(outgoing);
    }

    /// Null for a row that nobody can subscribe to.
    private static @Nullable String user(Row row) {
        String user = row.text("user_id");
        return user != null && Rulebook.problem(KycStatus.channel(user)) == null ? user : null;
    }

    private static KycStatus row(String user, Row row) {
        return new KycStatus(
                user, row.text("status"), row.text("verification_level"), row.text("updated_at"));
    }

    @Override
    public Optional<Outgoing> emptied(Change change, String channel) {
        return Optional.of(
                outgoing(
                        change,
                        KycStatus.user(channel),
                        KycStatus.deleted(KycStatus.user(channel))));
    }

    private static Outgoing outgoing(Change change, String user, Content content) {
        return new Outgoing(KycStatus.channel(user), content, change.id().toString());
    }
}
