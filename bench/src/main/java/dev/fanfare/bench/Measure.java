// SPDX-License-Identifier: Apache-2.0
package dev.fanfare.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Puts load on one server.
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Puts load on a WebSocket server of this machine and says what it costs.")
final class Measure implements Callable<Integer> {
    enum Mode {
        FANOUT,
        ECHO,
        CONNECT,
        IDLE
    }

    enum Protocol {
        PLAIN,
        NATIVE,
        SOCKETIO
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--name",
            defaultValue = "server",
            description = "what the server is called in the report")
    private String name = "";

    @Option(names = "--mode", defaultValue = "fanout", description = "${COMPLETION-CANDIDATES}")
    private Mode mode = Mode.FANOUT;

    @Option(names = "--wire", defaultValue = "plain", description = "${COMPLETION-CANDIDATES}")
    private Protocol protocol = Protocol.PLAIN;

    @Option(names = "--port", required = true)
    private int port;

    @Option(names = "--pid", required = true, description = "the server's process")
    private long pid;

    @Option(
            names = {"-n", "--connections"},
            defaultValue = "1000")
    private int connections;

    @Option(names = "--bytes", defaultValue = "128", description = "of a payload")
    private int bytes;

    @Option(names = "--window", defaultValue = "64", description = "publications outstanding")
    private int window;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "publications a second, instead of a window")
    private double rate;

    @Option(names = "--at-once", defaultValue = "128", description = "handshakes under way")
    private int atOnce;

    @Option(names = "--warmup", defaultValue = "10", description = "seconds, for a JIT too")
    private double warmup;

    @Option(names = "--secs", defaultValue = "5", description = "seconds that are measured")
    private double seconds;

    @Option(names = "--path", defaultValue = "/ws", description = "of the native endpoint")
    private String path = "";

    @Option(
            names = "--events",
            defaultValue = "",
            description = "the path where subscribers come by server-sent events")
    private String events = "";

    @Option(
            names = "--channel",
            defaultValue = "bench",
            description = "%%i in it is the connection's number")
    private String channel = "";

    @Option(names = "--secret", defaultValue = "", description = "that signs the tokens")
    private String secret = "";

    @Option(
            names = "--claims",
            defaultValue = "",
            description = "more claims of the tokens: \"a\":1,\"b\":2")
    private String claims = "";

    @Option(
            names = "--publish-port",
            defaultValue = "0",
            description = "where the publisher of the Socket.IO wire speaks the native one")
    private int publishPort;

    @Option(names = "--out", description = "a file that the JSON line is added to")
    private List<Path> out = new ArrayList<>();

    @Override
    public Integer call() throws IOException, GeneralSecurityException {
        Load load =
                new Load(
                        connections,
                        bytes,
                        window,
                        rate,
                        atOnce,
                        duration(warmup),
                        duration(seconds));
        ServerProcess server = new ServerProcess(pid);
        Result result;
        try (Clients clients = new Clients(port, wire())) {
            result =
                    switch (mode) {
                        case FANOUT -> Fanout.run(load, clients, server);
                        case ECHO -> Echo.run(load, clients, server);
                        case CONNECT -> Connect.run(load, clients, server);
                        case IDLE -> Idle.run(load, clients, server);
                    };
        }
        result = result.of(name);
        String json = JsonMapper.shared().writeValueAsString(result) + "\n";
        for (Path file : out) {
            Files.writeString(
                    file,
                    json,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        PrintWriter console = spec.commandLine().getOut();
        console.print(Report.run(result));
        console.print(json);
        console.flush();
        return result.clean() ? 0 : 1;
    }

    private Wire wire() throws GeneralSecurityException {
        Wire socket = socket();
        return events.isEmpty() ? socket : new EventsWire(socket, events);
    }

    private Wire socket() throws GeneralSecurityException {
        return switch (protocol) {
            case PLAIN -> new PlainWire();
            case NATIVE -> new NativeWire(path, channel, tokens());
            case SOCKETIO -> new SocketIoWire(channel, tokens(), publisher());
        };
    }

    private Tokens tokens() throws GeneralSecurityException {
        return new Tokens(secret.isEmpty() ? "none" : secret, claims);
    }

    private SocketIoWire.@Nullable Publisher publisher() throws GeneralSecurityException {
        return publishPort == 0
                ? null
                : new SocketIoWire.Publisher(publishPort, new NativeWire(path, channel, tokens()));
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }
}
