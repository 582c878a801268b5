// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.server;

import dev.fanfare.core.Command;
import dev.fanfare.core.Filter;
import dev.fanfare.core.Refusal;
import dev.fanfare.engine.Position;
import dev.fanfare.protocol.Utf8;
import dev.fanfare.server.http.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one request to an exchange asks for (`protocol/SPEC.md`, 13).
///
/// @param commands `connect` first, if the client got that right
/// @param patience how long a poll waits for news
/// @param channels those of a [Form#FOLLOW], in their order
record ExchangeRequest(
        Form form, List<Command> commands, Duration patience, List<String> channels) {
    static final int MOST_LINES = 1_000;
    static final int MOST_CHANNELS = 16;

    private static final Duration WAIT = Duration.ofSeconds(25);
    private static final int LONGEST_WAIT = 60_000;
    private static final Set<String> TYPES = Set.of("application/x-ndjson", "application/json");

    enum Form {
        /// The frames as one body, once there are any.
        POLL,
        /// The frames as events.
        STREAM,
        /// The same, without a body to ask by, and with ids.
        FOLLOW
    }

    /// Whether the body says that it is one of ours: no form and no `fetch` of a page that was not
    /// asked about first can say so (Fetch standard, CORS-safelisted request-header).
    static boolean typed(Request request) {
        String type = request.header("content-type").orElse("");
        int semicolon = type.indexOf(';');
        String essence = semicolon < 0 ? type : type.substring(0, semicolon);
        return TYPES.contains(essence.strip().toLowerCase(Locale.ROOT));
    }

    /// Of a POST.
    ///
    /// @throws ApiProblem names what is wrong with it
    static ExchangeRequest posted(Request request, WebSocketRoute route) {
        List<Command> commands = new ArrayList<>();
        for (byte[] line : lines(request.body())) {
            commands.add(
                    line.length > route.frames().message()
                            ? SessionConversation.tooLarge(route.frames())
                            : route.dialect().decode(line));
        }
        commands.set(0, identified(shown(commands.getFirst(), request)));
        boolean events =
                request.header("accept")
                        .filter(accept ->
                                accept.toLowerCase(Locale.ROOT).contains("text/event-stream"))
                        .isPresent();
        return new ExchangeRequest(
                events ? Form.STREAM : Form.POLL, commands, patience(request), List.of());
    }

    /// Of a GET.
    ///
    /// @throws ApiProblem names what is wrong with it
    static ExchangeRequest followed(Request request) {
        List<String> channels = request.all("channel");
        if (channels.isEmpty() || channels.size() > MOST_CHANNELS) {
            throw ApiProblem.field(
                    "channel", "1 to " + MOST_CHANNELS + " are followed: ?channel=a&channel=b.");
        }
        if (new HashSet<>(channels).size() < channels.size()) {
            throw ApiProblem.field("channel", "A channel is followed once.");
        }
        Optional<String> id =
                request.header("last-event-id").or(() -> request.query("lastEventId"));
        List<Position> since =
                id.map(text -> EventId.positions(text, channels.size())).orElse(List.of());
        List<Command> commands = new ArrayList<>();
        commands.add(shown(new Command.Connect(1, 1, null), request));
        for (int i = 0; i < channels.size(); i++) {
            commands.add(
                    new Command.Subscribe(
                            i + 2,
                            channels.get(i),
                            since.isEmpty() ? null : since.get(i),
                            Filter.EVERYTHING));
        }
        return new ExchangeRequest(Form.FOLLOW, commands, Duration.ZERO, channels);
    }

    private static List<byte[]> lines(byte[] body) {
        if (!Utf8.valid(body)) {
            throw ApiProblem.field("body", "The body must be UTF-8.");
        }
        int count = 1;
        for (byte each : body) {
            count += each == '\n' ? 1 : 0;
        }
        if (body.length > 0 && body[body.length - 1] == '\n') {
            count--;
        }
        if (count > MOST_LINES) {
            throw ApiProblem.limit(
                    "body", "lines", "An exchange has at most " + MOST_LINES + " lines.");
        }
        List<byte[]> lines = new ArrayList<>(count);
        for (int from = 0; from < body.length; ) {
            int to = from;
            while (to < body.length && body[to] != '\n') {
                to++;
            }
            byte[] line = Arrays.copyOfRange(body, from, to);
            if (!blank(line)) {
                lines.add(line);
            }
            from = to + 1;
        }
        if (lines.isEmpty()) {
            throw ApiProblem.field("body", "An exchange begins with a line: connect.");
        }
        return lines;
    }

    private static boolean blank(byte[] line) {
        for (byte each : line) {
            if (each != ' ' && each != '\t' && each != '\r') {
                return false;
            }
        }
        return true;
    }

    private static Duration patience(Request request) {
        String asked = request.query("wait").orElse(null);
        if (asked == null) {
            return WAIT;
        }
        int millis = number(asked);
        if (millis < 0 || millis > LONGEST_WAIT) {
            throw ApiProblem.limit(
                    "wait", "max-wait", "'wait' is 0 to " + LONGEST_WAIT + " milliseconds.");
        }
        return Duration.ofMillis(millis);
    }

    private static int number(String text) {
        try {
            return text.length() > 6 ? -1 : Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    /// A `connect` without a token takes the header's.
    private static Command shown(Command first, Request request) {
        return first instanceof Command.Connect(long id, int version, @Nullable String token)
                        && token == null
                ? new Command.Connect(id, version, request.bearer().orElse(null))
                : first;
    }

    /// Its reply is what tells that the rest may be said.
    private static Command identified(Command first) {
        return first instanceof Command.Connect connect && connect.id() == 0
                ? new Command.Malformed(
                        0,
                        Refusal.field(
                                Refusal.Code.BAD_REQUEST,
                                "id",
                                "In an exchange 'connect' needs an id."))
                : first;
    }
}
