// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.changes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A process that follows a slot and writes what it hears into a file, `change id=row id` a line,
/// until it is killed. It goes on from the last line that it finds there.
final class Follower {
    private Follower() {}

    /// @param args the url, the slot (and publication), the table, the file
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[3]);
        List<String> lines = Files.readAllLines(file);
        ChangeId last =
                lines.isEmpty()
                        ? ChangeId.ZERO
                        : ChangeId.parse(
                                lines.getLast().substring(0, lines.getLast().indexOf('=')));
        Settings settings =
                Settings.of(args[0], "postgres", "")
                        .slot(args[1])
                        .publication(args[1])
                        .tables(List.of(Table.of(args[2])))
                        .after(last);
        try (PostgresChanges _ = PostgresChanges.start(settings, batch -> write(file, batch))) {
            new CountDownLatch(1).await();
        }
    }

    private static void write(Path file, Batch batch) {
        StringBuilder lines = new StringBuilder();
        for (Change change : batch.changes()) {
            lines.append(change.id()).append('=').append(change.after().text("id")).append('\n');
        }
        try {
            Files.writeString(file, lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
