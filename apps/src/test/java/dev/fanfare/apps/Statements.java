// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.apps;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The statements of the five systems, and the tests that carry their numbers: a Java test named
/// `s3_07_statisticsAreExactlyAsWritten`, a title in `e2e/` or in a test of `js/` that begins with
/// `S3-7, S3-8: ...`.
final class Statements {
    private static final Pattern JAVA =
            Pattern.compile("void s([0-9])_([0-9]+)_([A-Za-z0-9_]+)\\(");
    private static final Pattern TITLE =
            Pattern.compile("['\"`]((?:S[0-9]-[0-9]+(?:, )?)+): ([^'\"`]+)['\"`]");
    private static final Pattern NUMBER = Pattern.compile("S[0-9]-[0-9]+");

    private final Map<String, Statement> statements = new LinkedHashMap<>();

    /// For each number, the sentences of its tests by the file they are in.
    private final Map<String, Map<String, List<String>>> tests = new LinkedHashMap<>();

    private record Statement(String keeper, String text) {}

    /// @param root of the checkout
    static Statements of(Path root) throws IOException {
        Statements all = new Statements();
        all.list();
        for (Path file : files(root)) {
            all.scan(root, file);
        }
        return all;
    }

    private static List<Path> files(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                Path java = module.resolve("src/test/java");
                if (Files.isDirectory(java)) {
                    try (Stream<Path> under = Files.walk(java)) {
                        under.filter(file -> file.toString().endsWith(".java"))
                                .sorted()
                                .forEach(files::add);
                    }
                }
            }
        }
        try (Stream<Path> scripts = Files.list(root.resolve("e2e"))) {
            scripts.filter(file -> file.toString().endsWith(".js")).sorted().forEach(files::add);
        }
        try (Stream<Path> workspaces = Files.list(root.resolve("js"))) {
            for (Path workspace : workspaces.sorted().toList()) {
                Path test = workspace.resolve("test");
                if (Files.isDirectory(test)) {
                    try (Stream<Path> under = Files.walk(test)) {
                        under.filter(file -> file.toString().matches(".*\\.test\\.tsx?"))
                                .sorted()
                                .forEach(files::add);
                    }
                }
            }
        }
        return files;
    }

    private void list() throws IOException {
        try (InputStream in = Statements.class.getResourceAsStream("statements.txt")) {
            if (in == null) {
                throw new IllegalStateException("statements.txt is missing");
            }
            String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1);
            for (String line : lines) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] parts = line.split(" \\| ", 3);
                    statements.put(parts[0], new Statement(parts[1], parts[2].strip()));
                }
            }
        }
    }

    private void scan(Path root, Path file) throws IOException {
        String text = Files.readString(file);
        String name = file.getFileName().toString();
        if (name.endsWith(".java")) {
            String test = name.substring(0, name.length() - ".java".length());
            Matcher method = JAVA.matcher(text);
            while (method.find()) {
                String number = "S" + method.group(1) + "-" + Integer.parseInt(method.group(2));
                add(number, test, sentence(method.group(3)));
            }
        } else {
            Matcher title = TITLE.matcher(text);
            while (title.find()) {
                Matcher number = NUMBER.matcher(title.group(1));
                while (number.find()) {
                    add(number.group(), script(root.relativize(file)), title.group(2));
                }
            }
        }
    }

    /// `e2e/kyc.js`, `js/react/store.test.tsx`.
    private static String script(Path file) {
        return file.toString().replace('\\', '/').replace("/test/", "/");
    }

    private void add(String number, String file, String sentence) {
        tests.computeIfAbsent(number, _ -> new TreeMap<>())
                .computeIfAbsent(file, _ -> new ArrayList<>())
                .add(sentence);
    }

    /// `aChangeByHttpIsStored` as words.
    private static String sentence(String name) {
        return name.replace('_', ' ')
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    /// Statements that the server or the clients have to keep, and no test is about.
    List<String> untested() {
        return statements.entrySet().stream()
                .filter(statement -> !statement.getValue().keeper.equals("redis"))
                .map(Map.Entry::getKey)
                .filter(number -> !tests.containsKey(number))
                .toList();
    }

    /// Numbers that tests carry and no statement has.
    List<String> unknown() {
        return tests.keySet().stream().filter(number -> !statements.containsKey(number)).toList();
    }

    /// The table, as the README has it.
    String table() {
        StringBuilder table = new StringBuilder("| statement | tests |\n|---|---|\n");
        statements.forEach((number, statement) ->
                table.append(
                        "| **%s** %s | %s |%n"
                                .formatted(number, statement.text, proof(number, statement))));
        return table.toString();
    }

    private String proof(String number, Statement statement) {
        List<String> proof = new ArrayList<>();
        if (statement.keeper.equals("redis")) {
            proof.add("with the Redis engine");
        }
        tests.getOrDefault(number, Map.of())
                .forEach((file, sentences) ->
                        proof.add("`" + file + "`: " + String.join("; ", sentences)));
        return String.join("<br>", proof).replace("|", "\\|");
    }
}
