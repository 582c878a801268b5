// SPDX-License-Identifier: Apache-2.0
/// Logical replication from Postgres, as a stream of changed rows. It knows no channels.
module dev.fanfare.changes {
    requires static transitive org.jspecify;
    requires static org.checkerframework.checker.qual;
    requires java.sql;
    requires org.postgresql.jdbc;
    requires org.slf4j;

    exports dev.fanfare.changes;
}
